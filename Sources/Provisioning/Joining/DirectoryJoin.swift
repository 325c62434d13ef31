package import Directory
internal import Mail
package import MailConfiguration

/// Adds what a tenant's directories have to what its files have, one object at a time: each goes into the draft as it is found, and
/// only what `JoinIndex` says of it is noted. What stands in the files goes before; among entries, who was there first. Whatever
/// entries say, nothing leaves the tenant: addresses in other domains are findings.
package struct DirectoryJoin {
    typealias Number = JoinIndex.Number

    var files: TenantConfiguration
    let objects: SnapshotObjects
    let accounts: JoinedAccounts?
    var draft: TenantDraft
    var joined: JoinedTenant
    let index: JoinIndex
    let graph: GroupGraph
    /// The number of the first object; those before it are the files'.
    var first: Number = 0
    var accountsLeft: Int
    var reported: Set<String> = []
    /// Whom the files name, and directories have or had.
    let mentioned: Set<LocalID>
    var found: [LocalID: NamedAddress?] = [:]
    let position: SourcePosition

    /// - Parameters:
    ///   - draft: what is found goes into it; the files' part too, at the end.
    ///   - accounts: where accounts and names to log in by are noted; nil where nobody will ask for them.
    ///   - cache: octets of what is noted that are in memory at most.
    package init(
        _ tenant: TenantConfiguration, _ objects: SnapshotObjects, into draft: TenantDraft, accounts: JoinedAccounts? = nil,
        cache: Int = JoinTables.cache
    ) throws {
        let tables = try JoinTables.open(cache: cache)
        index = JoinIndex(tables)
        graph = GroupGraph(tables)
        files = tenant
        self.objects = objects
        self.accounts = accounts
        self.draft = draft
        joined = JoinedTenant(tenant.id)
        accountsLeft = tenant.plan.limits.accounts - tenant.users.count - tenant.sharedMailboxes.count
        mentioned = tenant.mentionedInDirectories
        position = SourcePosition(file: "tenants/\(tenant.id)/directory.yaml")
    }

    /// To be asked for once.
    package func result() throws -> JoinedTenant {
        var copy = self
        try copy.join()
        return copy.joined
    }

    mutating func join() throws {
        try claimFiles()
        let objects = objects
        try objects.forEach(.all) { _, kept in
            let someone = index.append(kept.kind)
            switch kept.kind {
            case .user, .shared: try addAccount(kept, someone)
            case .group: if kept.missingSince == nil { try addGroup(kept, someone) }
            case .alias: break
            }
        }
        try addMembers(objects)
        try addAliases(objects)
        try settleFiles()
        try addWaiting(objects)
        try draft.finish(files, directories: found.compactMapValues(\.self))
    }

    mutating func note(_ kept: SnapshotDatabase.Kept, _ code: DirectoryFinding.Code, _ message: String) {
        joined.note(kept.directory, DirectoryFinding(code, kept.object.name, message))
    }

    func object(_ number: Number) throws -> SnapshotDatabase.Kept? { try objects.object(Int(number - first)) }

    // MARK: Addresses

    mutating func claimFiles() throws {
        for user in files.users { try use(user.id, .user, user.address, user.aliases) }
        for mailbox in files.sharedMailboxes { try use(mailbox.id, .shared, mailbox.address, mailbox.aliases) }
        for group in files.groups { try use(group.id, .group, group.address, group.aliases) }
        let alias = index.append(.alias)
        for address in files.aliases.map(\.address) { try index.give(address, to: alias) }
        first = alias.number + 1
    }

    func use(_ id: LocalID, _ kind: DirectoryNames.Kind, _ main: Address, _ aliases: [Address]) throws {
        let someone = index.append(kind)
        for address in [main] + aliases { try index.give(address, to: someone) }
        try index.use(someone, id: AccountIdentity(tenant: files.id, id: id).accountID, main: main)
    }

    /// Who has an address, in words.
    func owner(_ number: Number) throws -> String {
        guard number < first else { return try object(number).map { Shown.text($0.object.name) } ?? "another entry" }
        let (users, mailboxes) = (files.users.count, files.sharedMailboxes.count)
        switch Int(number) {
        case ..<users: return "user \(files.users[Int(number)].id) of the files"
        case ..<(users + mailboxes): return "shared mailbox \(files.sharedMailboxes[Int(number) - users].id) of the files"
        case ..<Int(first - 1): return "group \(files.groups[Int(number) - users - mailboxes].id) of the files"
        default: return "an alias of the files"
        }
    }

    /// The addresses of an object that it can have, claimed; the others become findings.
    mutating func claimed(_ kept: SnapshotDatabase.Kept, _ someone: Someone) throws -> [Address] {
        var own: [Address] = []
        for text in kept.object.addresses.flatMap({ spelled($0, kept.kind) }) {
            guard let address = usable(text, kept), !own.contains(where: { $0.folded == address.folded }) else { continue }
            if let owner = try index.claim(address, for: someone) {
                // Who it is, is looked up; not for what nobody will read.
                let name = joined.hasRoom(kept.directory) ? try self.owner(owner.number) : ""
                note(kept, .duplicateAddress, "\(address) is already an address of \(name); it is not used here")
            } else {
                own.append(address)
            }
        }
        return own
    }

    /// Those that were claimed for it.
    func own(_ kept: SnapshotDatabase.Kept, _ number: Number) throws -> [Address] {
        var own: [Address] = []
        for text in kept.object.addresses.flatMap({ spelled($0, kept.kind) }) {
            guard let address = (try? Address(text)).flatMap(canonical), try index.owner(address)?.number == number,
                !own.contains(where: { $0.folded == address.folded })
            else { continue }
            own.append(address)
        }
        return own
    }

    /// An alias's name without a domain is one in each domain of the tenant, as aliases(5) has it.
    func spelled(_ text: String, _ kind: DirectoryNames.Kind) -> [String] {
        guard kind == .alias, !text.contains("@") else { return [text] }
        return files.domains.filter { $0.aliasOf == nil }.map { "\(text)@\($0.name)" }
    }

    mutating func usable(_ text: String, _ kept: SnapshotDatabase.Kept) -> Address? {
        guard let address = try? Address(text) else {
            note(kept, .badAddress, "\"\(Shown.text(text))\" is no address; it is not used")
            return nil
        }
        guard let own = canonical(address) else {
            note(kept, .foreignAddress, "\(address) is in no domain of this tenant; it is not used")
            return nil
        }
        return own
    }

    /// In the domain that an alias domain stands for; nil outside of the tenant.
    func canonical(_ address: Address) -> Address? {
        guard let domain = files.domains.first(where: { $0.name == address.domain }) else { return nil }
        guard let original = domain.aliasOf else { return address }
        return try? Address(localPart: address.localPart, domain: original)
    }

    // MARK: Plan

    /// Whether the plan has a feature; where not, that is said once.
    mutating func allowed(_ feature: PlanFeature, _ kept: SnapshotDatabase.Kept) -> Bool {
        guard !files.plan.allows(feature) else { return true }
        if reported.insert("\(kept.directory) \(feature)").inserted {
            note(kept, .notInPlan, "the plan does not have \(feature.rawValue): this entry and others like it are not used")
        }
        return false
    }
}

extension TenantConfiguration {
    /// Whom its files name and directories have, or had when the files were read.
    fileprivate var mentionedInDirectories: Set<LocalID> {
        func targets(_ targets: [AliasTarget]) -> [LocalID] {
            targets.compactMap { target in
                switch target {
                case .account(let id), .group(let id): id
                case .alias, .external: nil
                }
            }
        }
        let named =
            admins + groups.flatMap(\.members) + sharedMailboxes.flatMap { $0.members.map(\.user) }
            + users.flatMap(\.maySendAs) + roleAddresses.flatMap(\.admins) + aliases.flatMap { targets($0.targets) }
            + targets(domains.compactMap(\.catchAll))
        return Set(named.filter { $0.directoryParts != nil })
    }
}
