internal import Mail

/// Finds whom a reference of one tenant means.
struct ReferenceResolver {
    let tenant: String
    /// Whether names may be missing for errors elsewhere, so that no name can be called unknown.
    let isLenient: Bool
    let names: NameTable
    let findings: Findings
    /// Ids of the tenant's directories, which may have somebody whom no file has.
    var directories: Set<String> = []
    var directoryNames = DirectoryNames()

    enum Target: Hashable {
        case owner(NameTable.Owner)
        case external(Address)
    }

    /// Nil where there is nobody of that name, which is reported.
    func target(of reference: Located<Reference>) -> Target? {
        switch reference.value {
        case .id(let id):
            if let owner = names.ids[tenant]?[id] { return .owner(owner) }
            reportUnknown(reference)
            return nil
        case .address(let address): return target(of: address, reference)
        }
    }

    private func target(of address: Address, _ reference: Located<Reference>) -> Target? {
        guard let domain = names.domains[address.domain], domain.tenant == tenant else { return .external(address) }
        if let claim = names.addresses[original(address).folded], claim.tenant == tenant { return .owner(claim.owner) }
        if !directories.isEmpty, let name = directoryNames[tenant, original(address).folded],
            let directory = name.id.directoryParts?.directory, directories.contains(directory)
        {
            return .owner(NameTable.Owner(name, original(address).folded))
        }
        reportUnknown(reference)
        return nil
    }

    /// An address of an alias domain as one of the domain that it stands for.
    private func original(_ address: Address) -> Address {
        guard let name = names.domains[address.domain]?.aliasOf,
            let original = try? Address(localPart: address.localPart, domain: name)
        else { return address }
        return original
    }

    private func reportUnknown(_ reference: Located<Reference>) {
        guard !isLenient else { return }
        if !directories.isEmpty, case .address(let address) = reference.value { return reportAbsent(address, reference.place) }
        guard !findings.isFull else { return findings.leaveOut() }
        let text = reference.value.text
        let known =
            text.contains("@")
            ? names.addresses.filter { $0.value.tenant == tenant }.keys.map(\.description).sorted()
            : (names.ids[tenant] ?? [:]).keys.map(\.text).sorted()
        findings.report(
            "unknown-name", at: reference.place,
            "this tenant has nobody called \(Quoted.text(text))\(Nearest.suggestion(for: text, among: known))")
    }

    /// The directory may have them after its next sync: until then the reference leads nowhere.
    private func reportAbsent(_ address: Address, _ place: SourcePlace) {
        findings.report(
            "not-in-directory", at: place,
            "nobody has the address \(address) in the files, nor in the directory as last synced", severity: .warning)
    }

    /// The user that is meant; anything else is reported.
    func user(_ reference: Located<Reference>) -> LocalID? {
        guard let target = target(of: reference) else { return nil }
        if case .owner(.user(let id)) = target { return id }
        reportKind(reference, target, wanted: "a user")
        return nil
    }

    /// The group that is meant; anything else is reported.
    func group(_ reference: Located<Reference>) -> LocalID? {
        guard let target = target(of: reference) else { return nil }
        if case .owner(.group(let id)) = target { return id }
        reportKind(reference, target, wanted: "a group")
        return nil
    }

    /// The user, shared mailbox or group that is meant; anything else is reported.
    func member(_ reference: Located<Reference>) -> LocalID? {
        guard let target = target(of: reference) else { return nil }
        switch target {
        case .owner(.user(let id)), .owner(.shared(let id)), .owner(.group(let id)): return id
        case .owner(.alias), .external:
            reportKind(reference, target, wanted: "a user, shared mailbox or group of the tenant")
            return nil
        }
    }

    private func reportKind(_ reference: Located<Reference>, _ target: Target, wanted: String) {
        let found =
            switch target {
            case .owner(let owner): "is \(owner.words)"
            case .external: "is an address elsewhere"
            }
        findings.report(
            "wrong-kind", at: reference.place, "\(Quoted.text(reference.value.text)) \(found); \(wanted) is wanted here")
    }
}
