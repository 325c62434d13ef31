internal import Directory
internal import Mail
package import MailConfiguration

/// Adds what a tenant's directories have to what its files have. What stands in the files goes before; among entries, who was
/// there first. Whatever entries say, nothing leaves the tenant: addresses in other domains are findings.
package struct DirectoryJoin {
    private var joined: JoinedTenant
    private let kept: [SnapshotDatabase.Kept]
    private let foreignIDs: Set<String>
    /// Who has an address, in words.
    private var claims: [Address: String] = [:]
    private var accountsLeft: Int
    private var reported: Set<String> = []
    private var index = MemberIndex()
    private let position: SourcePosition

    /// - Parameters:
    ///   - kept: the tenant's objects, those first that were there first.
    ///   - foreignIDs: stable ids that other tenants' directories have too.
    ///   - now: seconds since 1970.
    package init(
        _ tenant: TenantConfiguration, _ kept: [SnapshotDatabase.Kept], foreignIDs: Set<String> = [], now: Int64
    ) {
        joined = JoinedTenant(tenant)
        let directories = Set(tenant.directories.map(\.id))
        let suspendFor = tenant.policies.suspendFor.components.seconds
        let living = kept.filter { kept in
            directories.contains(kept.directory) && kept.missingSince.map { $0 + suspendFor > now } ?? true
        }
        // Whoever is missing gives way to those who are there.
        self.kept = living.filter { $0.missingSince == nil } + living.filter { $0.missingSince != nil }
        self.foreignIDs = foreignIDs
        accountsLeft = tenant.plan.limits.accounts - tenant.users.count - tenant.sharedMailboxes.count
        position = SourcePosition(file: "tenants/\(tenant.id)/directory.yaml")
    }

    package func result() -> JoinedTenant {
        var copy = self
        copy.join()
        return copy.joined
    }

    private mutating func join() {
        claimFiles()
        for (number, kept) in kept.enumerated() {
            switch kept.kind {
            case .user, .shared: addAccount(kept, number)
            case .group: if kept.missingSince == nil { addGroup(kept, number) }
            case .alias: break
            }
        }
        addMembers()
        addAliases()
        settleFiles()
        addWaiting()
    }

    private mutating func note(_ kept: SnapshotDatabase.Kept, _ code: DirectoryFinding.Code, _ message: String) {
        joined.findings.append((kept.directory, DirectoryFinding(code, kept.object.name, message)))
    }

    // MARK: Addresses

    private mutating func claimFiles() {
        for user in joined.tenant.users {
            claim([user.address] + user.aliases, "user \(user.id) of the files")
            index.add(user.id, .user, addresses: [user.address] + user.aliases)
        }
        for mailbox in joined.tenant.sharedMailboxes {
            claim([mailbox.address] + mailbox.aliases, "shared mailbox \(mailbox.id) of the files")
            index.add(mailbox.id, .shared, addresses: [mailbox.address] + mailbox.aliases)
        }
        for group in joined.tenant.groups {
            claim([group.address] + group.aliases, "group \(group.id) of the files")
            index.add(group.id, .group, addresses: [group.address] + group.aliases)
        }
        for alias in joined.tenant.aliases { claim([alias.address], "an alias of the files") }
    }

    private mutating func claim(_ addresses: [Address], _ owner: String) {
        for address in addresses { claims[address.folded] = owner }
    }

    /// The addresses of an object that it can have, claimed; the others become findings.
    private mutating func addresses(_ kept: SnapshotDatabase.Kept) -> [Address] {
        var own: [Address] = []
        for text in kept.object.addresses.flatMap({ spelled($0, kept.kind) }) {
            guard let address = usable(text, kept), !own.contains(where: { $0.folded == address.folded }) else { continue }
            if let owner = claims[address.folded] {
                note(kept, .duplicateAddress, "\(address) is already an address of \(owner); it is not used here")
            } else {
                own.append(address)
            }
        }
        claim(own, Shown.text(kept.object.name))
        return own
    }

    /// An alias's name without a domain is one in each domain of the tenant, as aliases(5) has it.
    private func spelled(_ text: String, _ kind: DirectoryNames.Kind) -> [String] {
        guard kind == .alias, !text.contains("@") else { return [text] }
        return joined.tenant.domains.filter { $0.aliasOf == nil }.map { "\(text)@\($0.name)" }
    }

    private mutating func usable(_ text: String, _ kept: SnapshotDatabase.Kept) -> Address? {
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
    private func canonical(_ address: Address) -> Address? {
        guard let domain = joined.tenant.domains.first(where: { $0.name == address.domain }) else { return nil }
        guard let original = domain.aliasOf else { return address }
        return try? Address(localPart: address.localPart, domain: original)
    }

    // MARK: Accounts

    private mutating func addAccount(_ kept: SnapshotDatabase.Kept, _ number: Int) {
        guard kept.kind == .user || allowed(.sharedMailboxes, kept) else { return }
        let id = LocalID(directory: kept.directory, stableID: kept.stableID)
        if foreignIDs.contains(kept.stableID) {
            note(kept, .foreignID, "a directory of another tenant has an entry of the same id; they stay two accounts")
        }
        guard accountsLeft > 0 else {
            let most = joined.tenant.plan.limits.accounts
            return note(kept, .overLimit, "the plan allows \(most) accounts, and those were there first; it gets no mailbox")
        }
        let addresses = addresses(kept)
        guard let main = addresses.first else {
            if kept.missingSince == nil { note(kept, .noAddress, "it has no address of this tenant; it gets no mailbox") }
            return
        }
        accountsLeft -= 1
        let (name, quota) = (kept.object.displayName ?? main.localPart, quota(kept))
        let isSuspended = kept.object.isSuspended || kept.missingSince != nil
        if kept.kind == .user {
            joined.tenant.users.append(
                UserConfiguration(
                    position: position, id: id, address: main, name: name, aliases: Array(addresses.dropFirst()), quota: quota,
                    language: kept.object.language ?? joined.tenant.language, isSuspended: isSuspended, senders: [],
                    maySendAs: []))
        } else {
            var mailbox = SharedMailboxConfiguration(
                position: position, id: id, address: main, name: name, aliases: Array(addresses.dropFirst()), quota: quota,
                members: [])
            mailbox.isSuspended = isSuspended
            joined.tenant.sharedMailboxes.append(mailbox)
        }
        keepAccount(kept, id, addresses, number)
    }

    private mutating func keepAccount(_ kept: SnapshotDatabase.Kept, _ id: LocalID, _ addresses: [Address], _ number: Int) {
        let logins = kept.kind == .user ? kept.object.logins.filter { usableLogin($0, kept) } : []
        joined.accounts.append(
            JoinedTenant.Account(
                id: AccountIdentity(tenant: joined.tenant.id, id: id).accountID, directory: kept.directory,
                stableID: kept.stableID, mark: kept.object.passwordMark ?? "", logins: logins))
        index.add(id, kept.kind, kept, addresses: addresses, logins: logins, number: number)
    }

    /// Two people of one name: whoever was there first has it.
    private mutating func usableLogin(_ login: String, _ kept: SnapshotDatabase.Kept) -> Bool {
        if index.hasLogin(login) {
            note(kept, .duplicateLogin, "\"\(Shown.text(login))\" is somebody else's name to log in by; here it is not used")
            return false
        }
        return true
    }

    private func quota(_ kept: SnapshotDatabase.Kept) -> ByteCount {
        let most = joined.tenant.plan.limits.quotaPerAccount
        return kept.object.quota.map { min(ByteCount($0), most) } ?? most
    }

    /// Whether the plan has a feature; where not, that is said once.
    private mutating func allowed(_ feature: PlanFeature, _ kept: SnapshotDatabase.Kept) -> Bool {
        guard !joined.tenant.plan.allows(feature) else { return true }
        if reported.insert("\(kept.directory) \(feature)").inserted {
            note(kept, .notInPlan, "the plan does not have \(feature.rawValue): this entry and others like it are not used")
        }
        return false
    }

    // MARK: Groups

    private mutating func addGroup(_ kept: SnapshotDatabase.Kept, _ number: Int) {
        let id = LocalID(directory: kept.directory, stableID: kept.stableID)
        let isTooLarge = kept.object.findings.contains { $0.code == .tooManyMembers }
        let wantsAddress = !kept.object.addresses.isEmpty && !isTooLarge
        let addresses = wantsAddress && allowed(.groups, kept) ? addresses(kept) : []
        // Without an address it is a set of people, for other groups and for shared mailboxes.
        index.add(id, .group, kept, addresses: addresses, logins: [], number: number)
        guard let main = addresses.first else { return }
        joined.tenant.groups.append(
            GroupConfiguration(
                position: position, id: id, address: main, name: kept.object.displayName ?? main.localPart,
                aliases: Array(addresses.dropFirst()), members: [], maySend: kept.object.senders ?? .tenant))
    }

    private mutating func addMembers() {
        index.addStatedGroups()
        for (loop, kept) in index.breakLoops() { note(kept, .cyclicGroup, "it is in a circle of groups: \(loop)") }
        for position in joined.tenant.groups.indices {
            guard let kept = index.kept(joined.tenant.groups[position].id) else { continue }
            let (members, unknown) = index.members(of: joined.tenant.groups[position].id)
            noteUnknown(unknown, kept)
            if members.count > EntryMapping.mostMembers {
                note(kept, .tooManyMembers, "with its inner groups it has \(members.count) members; mail to it is refused")
            }
            joined.tenant.groups[position].members = members.count > EntryMapping.mostMembers ? [] : members
        }
        for position in joined.tenant.sharedMailboxes.indices { addMembers(toShared: position) }
    }

    private mutating func addMembers(toShared position: Int) {
        let id = joined.tenant.sharedMailboxes[position].id
        guard let kept = index.kept(id) else { return }
        let object = kept.object
        let lists: [([MemberReference], Set<SharedRight>)] = [
            (object.members, object.rights.map { Set($0) } ?? [.read, .send]), (object.readers, [.read]),
            (object.writers, [.read, .send]),
            (object.managers, [.read, .send, .manage]),
        ]
        var order: [LocalID] = []
        var rights: [LocalID: Set<SharedRight>] = [:]
        var unknown: [MemberReference] = []
        for (references, granted) in lists {
            let (users, lost) = index.users(references, in: kept.directory)
            unknown += lost
            for user in users {
                if rights[user] == nil { order.append(user) }
                rights[user, default: []].formUnion(granted)
            }
        }
        noteUnknown(unknown, kept)
        joined.tenant.sharedMailboxes[position].members = order.map {
            SharedMember(position: self.position, user: $0, rights: rights[$0] ?? [])
        }
    }

    private mutating func noteUnknown(_ unknown: [MemberReference], _ kept: SnapshotDatabase.Kept) {
        guard let first = unknown.first else { return }
        let others = unknown.count > 1 ? ", and \(unknown.count - 1) more" : ""
        note(kept, .unknownMember, "members that are nobody with a mailbox are left out: \(Shown.text(first.text))\(others)")
    }

    // MARK: Aliases

    private mutating func addAliases() {
        var waiting: [(kept: SnapshotDatabase.Kept, addresses: [Address])] = []
        for kept in kept where kept.kind == .alias && kept.missingSince == nil && allowed(.aliases, kept) {
            let own = addresses(kept)
            if own.isEmpty { note(kept, .noAddress, "it has no address of this tenant; it is not used") }
            waiting.append((kept, own))
        }
        let aliases = Set(joined.tenant.aliases.map(\.address.folded) + waiting.flatMap { $0.addresses.map(\.folded) })
        for (kept, addresses) in waiting where !addresses.isEmpty {
            var targets: [AliasTarget] = []
            var unknown: [MemberReference] = []
            for reference in kept.object.targets {
                if let target = target(reference, kept, aliases) { targets.append(target) } else { unknown.append(reference) }
            }
            noteUnknown(unknown, kept)
            guard !targets.isEmpty else { continue }
            joined.tenant.aliases += addresses.map { AliasConfiguration(position: position, address: $0, targets: targets) }
        }
    }

    private mutating func target(
        _ reference: MemberReference, _ kept: SnapshotDatabase.Kept, _ aliases: Set<Address>
    ) -> AliasTarget? {
        if let found = index.find(reference, in: kept.directory) {
            return found.kind == .group ? (index.hasAddress(found.id) ? .group(found.id) : nil) : .account(found.id)
        }
        guard case .address(let text) = reference, let address = try? Address(text) else { return nil }
        guard let own = canonical(address) else { return allowed(.externalForwarding, kept) ? .external(address) : nil }
        if let found = index.find(.address(own.description), in: kept.directory) {
            return found.kind == .group ? .group(found.id) : .account(found.id)
        }
        return aliases.contains(own.folded) ? .alias(own) : nil
    }

    // MARK: Groups and aliases that are missing

    /// Their addresses are kept as long as accounts are suspended: nobody's mail is refused for a slip in a directory.
    private mutating func addWaiting() {
        var taken = Set(claims.keys)
        taken.formUnion(joined.tenant.roleAddresses.map(\.address.folded))
        for kept in kept where kept.missingSince != nil && (kept.kind == .group || kept.kind == .alias) {
            guard joined.tenant.plan.allows(kept.kind == .group ? .groups : .aliases) else { continue }
            for text in kept.object.addresses.flatMap({ spelled($0, kept.kind) }) {
                guard let address = (try? Address(text)).flatMap(canonical), taken.insert(address.folded).inserted else {
                    continue
                }
                joined.tenant.waitingAddresses.append(address)
            }
        }
    }

    // MARK: What files say of entries

    /// Takes out of the files' objects whom the directories had once and have no more.
    private mutating func settleFiles() {
        let index = index
        func isThere(_ id: LocalID) -> Bool { id.directoryParts == nil || index.has(id) }
        joined.tenant.admins.removeAll { !isThere($0) }
        for position in joined.tenant.groups.indices { joined.tenant.groups[position].members.removeAll { !isThere($0) } }
        for position in joined.tenant.sharedMailboxes.indices {
            joined.tenant.sharedMailboxes[position].members.removeAll { !isThere($0.user) }
        }
        for position in joined.tenant.roleAddresses.indices {
            joined.tenant.roleAddresses[position].admins.removeAll { !isThere($0) }
            let isClaimed = claims[joined.tenant.roleAddresses[position].address.folded] != nil
            joined.tenant.roleAddresses[position].isDeclared = isClaimed
        }
        guard joined.tenant.admins.isEmpty, let directory = joined.tenant.directories.first?.id else { return }
        joined.findings.append(
            (directory, DirectoryFinding(.noAdmin, "", "none of the tenant's admins is there: mail to postmaster@ is refused")))
    }
}
