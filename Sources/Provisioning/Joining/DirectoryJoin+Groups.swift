internal import Directory
internal import Mail
internal import MailConfiguration

/// Groups, and who is in them and in shared mailboxes.
extension DirectoryJoin {
    mutating func addGroup(_ kept: SnapshotDatabase.Kept, _ someone: Someone) throws {
        let isTooLarge = kept.object.findings.contains { $0.code == .tooManyMembers }
        let wantsAddress = !kept.object.addresses.isEmpty && !isTooLarge
        let addresses = wantsAddress && allowed(.groups, kept) ? try claimed(kept, someone) : []
        // Without an address it is a set of people, for other groups and for shared mailboxes.
        try use(kept, someone, addresses: addresses, kept.object.displayName ?? addresses.first?.localPart ?? "")
    }

    mutating func addMembers(_ objects: SnapshotObjects) throws {
        try objects.forEach(.groups) { place, kept in
            let (listed, unknown) = try find(kept.object.members, kept)
            try graph.add(first + Number(place), listed: listed, unknown: unknown)
        }
        try objects.forEach(.stating) { _, kept in
            guard let someone = try index.find(.entry(kept.object.key), in: kept.directory) else { return }
            for key in kept.object.memberOf {
                guard let group = try index.find(.entry(key), in: kept.directory), group.kind == .group, group != someone else {
                    continue
                }
                try graph.state(someone, isIn: group.number)
            }
        }
        try graph.breakLoops { beginning, length, number in
            guard let kept = try object(number) else { return }
            let loop = joined.hasRoom(kept.directory) ? try words(beginning, length) : ""
            note(kept, .cyclicGroup, "it is in a circle of groups: \(loop)")
        }
        try objects.forEach(.groups) { place, kept in
            let number = first + Number(place)
            if try index.hasAddress(number) { try addMembers(of: kept, number) }
        }
        try objects.forEach(.shared) { place, kept in
            if let mailbox = try index.id(first + Number(place)) { try lend(mailbox, kept) }
        }
    }

    /// A group with an address, of which all members are known by now.
    mutating func addMembers(of kept: SnapshotDatabase.Kept, _ number: Number) throws {
        var (members, count) = try graph.members(of: number, index, most: EntryMapping.mostMembers)
        noteUnknown(try graph.unknown(of: number), kept)
        if count > EntryMapping.mostMembers {
            note(kept, .tooManyMembers, "with its inner groups it has \(count) members; mail to it is refused")
            members = []
        }
        let addresses = try own(kept, number)
        guard let main = addresses.first else { return }
        let route = try Route.group(
            GroupRoute(
                id: kept.id.text, address: main, name: kept.object.displayName ?? main.localPart,
                members: members.compactMap(index.address), maySend: kept.object.senders ?? .tenant))
        for address in addresses { try draft.add(AddressRoute(address.folded, route)) }
    }

    /// - Parameter length: of all of it, where `beginning` is not.
    func words(_ beginning: [Number], _ length: Int) throws -> String {
        let names = try beginning.map { number in
            try object(number).map { Shown.text($0.object.displayName ?? $0.object.name, 40) } ?? "?"
        }
        return names.joined(separator: " → ") + (length > names.count ? " → …" : "")
    }

    mutating func lend(_ mailbox: AccountID, _ kept: SnapshotDatabase.Kept) throws {
        let object = kept.object
        let lists: [([MemberReference], SharedRights)] = [
            (object.members, object.rights.map { SharedRights(Set($0)) } ?? [.read, .send]), (object.readers, .read),
            (object.writers, [.read, .send]), (object.managers, .all),
        ]
        var order: [Number] = []
        var rights: [Number: SharedRights] = [:]
        var unknown = UnknownMembers()
        for (references, granted) in lists {
            let (found, lost) = try find(references, kept)
            unknown.add(lost)
            for user in try graph.users(found) {
                if rights[user] == nil { order.append(user) }
                rights[user, default: []].formUnion(granted)
            }
        }
        noteUnknown(unknown, kept)
        let loans = try order.compactMap { user in try index.id(user).map { (user: $0, rights: rights[user] ?? []) } }
        try draft.lend(mailbox, to: loans)
    }

    // MARK: Members that are nobody

    func find(_ references: [MemberReference], _ kept: SnapshotDatabase.Kept) throws -> ([Someone], UnknownMembers) {
        var found: [Someone] = []
        var unknown = UnknownMembers()
        for reference in references {
            if let someone = try index.find(reference, in: kept.directory) {
                found.append(someone)
            } else {
                unknown.add(UnknownMembers(first: reference.text, count: 1))
            }
        }
        return (found, unknown)
    }

    mutating func noteUnknown(_ unknown: UnknownMembers, _ kept: SnapshotDatabase.Kept) {
        guard unknown.count > 0 else { return }
        let others = unknown.count > 1 ? ", and \(unknown.count - 1) more" : ""
        note(kept, .unknownMember, "members that are nobody with a mailbox are left out: \(Shown.text(unknown.first))\(others)")
    }
}
