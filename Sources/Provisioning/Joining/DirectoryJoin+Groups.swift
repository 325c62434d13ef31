internal import Directory
internal import Mail
internal import MailConfiguration

/// Groups, and who is in them and in shared mailboxes.
extension DirectoryJoin {
    mutating func addGroup(_ kept: SnapshotDatabase.Kept, _ number: Number) throws {
        let isTooLarge = kept.object.findings.contains { $0.code == .tooManyMembers }
        let wantsAddress = !kept.object.addresses.isEmpty && !isTooLarge
        let addresses = wantsAddress && allowed(.groups, kept) ? try claimed(kept, number) : []
        // Without an address it is a set of people, for other groups and for shared mailboxes.
        use(kept, number, addresses: addresses, kept.object.displayName ?? addresses.first?.localPart ?? "")
    }

    mutating func addMembers(_ objects: any JoinObjects) throws {
        var unknown: [Number: Unknown] = [:]
        try objects.forEach(.groups) { place, kept in
            let number = first + Number(place)
            let (listed, lost) = find(kept.object.members, kept)
            graph.add(number, listed: listed)
            if lost.count > 0, index.hasAddress(number) { unknown[number] = lost }
        }
        try objects.forEach(.stating) { _, kept in
            guard let number = index.find(.entry(kept.object.key), in: kept.directory) else { return }
            for key in kept.object.memberOf {
                guard let group = index.find(.entry(key), in: kept.directory), index.kind(group) == .group, group != number else {
                    continue
                }
                graph.state(number, isIn: group)
            }
        }
        graph.addStated()
        for (loop, number) in graph.breakLoops() {
            guard let kept = try object(number) else { continue }
            let loop = joined.hasRoom(kept.directory) ? try words(loop) : ""
            note(kept, .cyclicGroup, "it is in a circle of groups: \(loop)")
        }
        try objects.forEach(.groups) { place, kept in
            let number = first + Number(place)
            if index.hasAddress(number) { try addGroup(kept, number, members: unknown[number]) }
        }
        try objects.forEach(.shared) { place, kept in
            if let mailbox = mailboxes[first + Number(place)] { lend(mailbox, kept) }
        }
    }

    /// A group with an address, of which all members are known by now.
    mutating func addGroup(_ kept: SnapshotDatabase.Kept, _ number: Number, members unknown: Unknown?) throws {
        var members = graph.members(of: number, index)
        if let unknown { noteUnknown(unknown, kept) }
        if members.count > EntryMapping.mostMembers {
            note(kept, .tooManyMembers, "with its inner groups it has \(members.count) members; mail to it is refused")
            members = []
        }
        let addresses = own(kept, number)
        guard let main = addresses.first else { return }
        let route = Route.group(
            GroupRoute(
                id: kept.id.text, address: main, name: kept.object.displayName ?? main.localPart,
                members: members.compactMap(index.address), maySend: kept.object.senders ?? .tenant))
        for address in addresses { try draft.add(AddressRoute(address.folded, route)) }
    }

    func words(_ loop: [Number]) throws -> String {
        let names = try loop.prefix(6).map { number in
            try object(number).map { Shown.text($0.object.displayName ?? $0.object.name, 40) } ?? "?"
        }
        return names.joined(separator: " → ") + (loop.count > 6 ? " → …" : "")
    }

    mutating func lend(_ mailbox: Int, _ kept: SnapshotDatabase.Kept) {
        let object = kept.object
        let lists: [([MemberReference], SharedRights)] = [
            (object.members, object.rights.map { SharedRights(Set($0)) } ?? [.read, .send]), (object.readers, .read),
            (object.writers, [.read, .send]), (object.managers, .all),
        ]
        var order: [Number] = []
        var rights: [Number: SharedRights] = [:]
        var unknown = Unknown()
        for (references, granted) in lists {
            let (numbers, lost) = find(references, kept)
            unknown.add(lost)
            for user in graph.users(numbers, index) {
                if rights[user] == nil { order.append(user) }
                rights[user, default: []].formUnion(granted)
            }
        }
        noteUnknown(unknown, kept)
        for user in order { draft.lend(mailbox, to: index.id(user), rights[user] ?? []) }
    }

    // MARK: Members that are nobody

    struct Unknown {
        var first = ""
        var count = 0

        mutating func add(_ other: Unknown) {
            if count == 0 { first = other.first }
            count += other.count
        }
    }

    func find(_ references: [MemberReference], _ kept: SnapshotDatabase.Kept) -> (numbers: [Number], unknown: Unknown) {
        var numbers: [Number] = []
        var unknown = Unknown()
        for reference in references {
            if let number = index.find(reference, in: kept.directory) {
                numbers.append(number)
            } else {
                unknown.add(Unknown(first: reference.text, count: 1))
            }
        }
        return (numbers, unknown)
    }

    mutating func noteUnknown(_ unknown: Unknown, _ kept: SnapshotDatabase.Kept) {
        guard unknown.count > 0 else { return }
        let others = unknown.count > 1 ? ", and \(unknown.count - 1) more" : ""
        note(kept, .unknownMember, "members that are nobody with a mailbox are left out: \(Shown.text(unknown.first))\(others)")
    }
}
