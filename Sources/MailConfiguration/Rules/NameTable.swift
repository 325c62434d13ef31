internal import Mail

/// Which names the tenants have declared: domains, addresses and ids. What is declared twice is reported.
struct NameTable {
    /// Who has an address.
    enum Owner: Hashable {
        case user(LocalID)
        case shared(LocalID)
        case group(LocalID)
        case alias(Address)

        /// As a message names it.
        var words: String {
            switch self {
            case .user(let id): "user \(id)"
            case .shared(let id): "shared mailbox \(id)"
            case .group(let id): "group \(id)"
            case .alias(let address): "alias \(address)"
            }
        }
    }

    struct Domain {
        var tenant: String
        var place: SourcePlace
        var aliasOf: DomainName?
    }

    struct Claim {
        var tenant: String
        var owner: Owner
        var place: SourcePlace
    }

    private(set) var domains: [DomainName: Domain] = [:]
    /// By folded address.
    private(set) var addresses: [Address: Claim] = [:]
    /// By tenant.
    private(set) var ids: [String: [LocalID: Owner]] = [:]
    private let findings: Findings

    init(_ folders: [TenantFolder], _ findings: Findings) {
        self.findings = findings
        for folder in folders {
            for (domain, _) in folder.domains { declare(domain, in: folder.name) }
        }
        for folder in folders { declareIDs(folder) }
        for folder in folders { declareAddresses(folder) }
    }

    /// The names of a tenant's domains.
    func domains(of tenant: String) -> [String] { domains.filter { $0.value.tenant == tenant }.keys.map(\.ascii).sorted() }

    private mutating func declare(_ domain: DeclaredDomain, in tenant: String) {
        if let other = domains[domain.name.value] {
            let whose = other.tenant == tenant ? "this tenant" : "tenant \(other.tenant)"
            findings.report(
                "duplicate-domain", at: domain.name.place, "\(whose) already has the domain \(domain.name.value)",
                related: [RelatedPlace(other.place.position, "first declared")])
            return
        }
        domains[domain.name.value] = Domain(tenant: tenant, place: domain.name.place, aliasOf: domain.aliasOf?.value)
    }

    private mutating func declareIDs(_ folder: TenantFolder) {
        let owned: [(Located<LocalID>, Owner)] =
            folder.accounts.users.map { ($0.identity.id, .user($0.identity.id.value)) }
            + folder.accounts.sharedMailboxes.map { ($0.identity.id, .shared($0.identity.id.value)) }
            + folder.accounts.groups.map { ($0.identity.id, .group($0.identity.id.value)) }
        var first: [LocalID: SourcePlace] = [:]
        for (id, owner) in owned.sorted(by: { $0.0.position < $1.0.position }) {
            guard let other = first[id.value] else {
                first[id.value] = id.place
                ids[folder.name, default: [:]][id.value] = owner
                continue
            }
            findings.report(
                "duplicate-id", at: id.place,
                "the id \(Quoted.text(id.value.text)) is taken; users, shared mailboxes and groups share one set",
                related: [RelatedPlace(other.position, "first declared")])
        }
    }

    private mutating func declareAddresses(_ folder: TenantFolder) {
        var claims: [(Located<Address>, Owner)] = []
        func claim(_ identity: DeclaredIdentity, _ owner: Owner) {
            claims += ([identity.address] + identity.aliases).map { ($0, owner) }
        }
        for user in folder.accounts.users { claim(user.identity, .user(user.identity.id.value)) }
        for shared in folder.accounts.sharedMailboxes { claim(shared.identity, .shared(shared.identity.id.value)) }
        for group in folder.accounts.groups { claim(group.identity, .group(group.identity.id.value)) }
        for alias in folder.accounts.aliases { claims.append((alias.address, .alias(alias.address.value.folded))) }
        for (address, owner) in claims.sorted(by: { $0.0.position < $1.0.position }) { declare(address, owner, folder) }
    }

    private mutating func declare(_ address: Located<Address>, _ owner: Owner, _ folder: TenantFolder) {
        guard isHosted(address, folder) else { return }
        guard let other = addresses[address.value.folded] else {
            addresses[address.value.folded] = Claim(tenant: folder.name, owner: owner, place: address.place)
            return
        }
        findings.report(
            "duplicate-address", at: address.place, "\(address.value) is already an address of \(other.owner.words)",
            related: [RelatedPlace(other.place.position, "first declared")])
    }

    /// Whether an address is in a domain of its tenant that is no alias domain; reports where it is not.
    private func isHosted(_ address: Located<Address>, _ folder: TenantFolder) -> Bool {
        let name = address.value.domain
        guard let domain = domains[name], domain.tenant == folder.name else {
            if !folder.lacksDomains { reportForeign(address, domains[name]?.tenant, folder.name) }
            return false
        }
        guard let original = domain.aliasOf else { return true }
        findings.report(
            "alias-domain", at: address.place,
            "\(name) is an alias of \(original); declare \(address.value.localPart)@\(original), and it exists in both",
            related: [RelatedPlace(domain.place.position, "the alias domain")])
        return false
    }

    func reportForeign(_ address: Located<Address>, _ owner: String?, _ tenant: String) {
        guard !findings.isFull else { return findings.leaveOut() }
        let own = domains(of: tenant)
        let domain = address.value.domain
        let whose = owner.map { "is in a domain of tenant \($0), not of this one" } ?? "is in no domain of this tenant"
        findings.report(
            "foreign-domain", at: address.place,
            "\(address.value) \(whose)\(owner == nil ? Nearest.suggestion(for: domain.ascii, among: own) : "")",
            notes: [own.isEmpty ? "this tenant has no domains" : "its domains: \(own.joined(separator: ", "))"])
    }
}

extension NameTable.Owner {
    init(_ name: DirectoryNames.Name, _ address: Address) {
        switch name.kind {
        case .user: self = .user(name.id)
        case .shared: self = .shared(name.id)
        case .group: self = .group(name.id)
        case .alias: self = .alias(address)
        }
    }
}
