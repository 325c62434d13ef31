internal import Directory
internal import Mail
internal import MailConfiguration
internal import SQL

extension TenantComparison {
    /// Addresses that lead to groups on one side are gathered first: a group may have several, and only some of them differ.
    func forEachGroupLine(_ body: (PlanLine) -> Void) throws {
        let groups = try ChangedGroups()
        try tenant.forEachRoute { address, before, after in
            if let group = before?.group { try groups.note(group, address, isAfter: false) }
            if let group = after?.group { try groups.note(group, address, isAfter: true) }
        }
        try groups.forEach { id, before, after in
            if let line = try line(id, from: before, to: after) { body(line) }
        }
    }

    private func line(_ id: String, from before: ChangedGroups.Group?, to after: ChangedGroups.Group?) throws -> PlanLine? {
        // Where only a further address is another one, the main one is not among what differs.
        let old = try before ?? after.flatMap { try group(id, at: $0.main) { $0.before } }
        let new = try after ?? before.flatMap { try group(id, at: $0.main) { $0.after } }
        guard let new else { return try old.map { line(.retire, .group, $0.main.description, [try ending($0.main)]) } }
        guard let old else { return line(.add, .group, new.main.description, [Self.counted(new.members, "member")]) }
        let notes = try changes(from: old, to: new)
        return notes.isEmpty ? nil : line(.change, .group, new.main.description, notes)
    }

    /// The group, where the address leads to it on one side.
    private func group(
        _ id: String, at address: Address, on side: ((before: Route?, after: Route?)) -> Route?
    ) throws -> ChangedGroups.Group? {
        guard let route = try side(tenant.route(of: address))?.group, route.id == id else { return nil }
        return ChangedGroups.Group(main: route.address ?? address, members: route.members.count)
    }

    private func changes(from old: ChangedGroups.Group, to new: ChangedGroups.Group) throws -> [String] {
        guard let before = try tenant.route(of: old.main).before?.group, let after = try tenant.route(of: new.main).after?.group
        else { return [] }
        var notes = old.main == new.main ? [] : ["was \(old.main)"]
        notes += Self.difference(old.addresses, new.addresses).map { "address \($0)" }
        notes += Self.difference(before.members, after.members)
        if before.maySend != after.maySend { notes.append("mail from \(after.maySend.rawValue)") }
        if before.name != after.name { notes.append("named \(after.name)") }
        return notes
    }
}

/// What is seen of groups while the addresses that differ are gone through: in a temporary table, by group.
private struct ChangedGroups {
    struct Group {
        var main: Address
        /// Those of its addresses that differ.
        var addresses: [Address] = []
        var members: Int
    }

    private let table: Connection

    init() throws {
        table = try Connection.scratch(
            """
            CREATE TABLE team (
                id TEXT NOT NULL, after BIGINT NOT NULL, address TEXT NOT NULL, main TEXT NOT NULL, members BIGINT NOT NULL);
            """)
    }

    func note(_ group: GroupRoute, _ address: Address, isAfter: Bool) throws {
        try table.run(
            "INSERT INTO team (id, after, address, main, members) VALUES ($1, $2, $3, $4, $5)", .text(group.id),
            .number(isAfter ? 1 : 0), .text(address.description), .text((group.address ?? address).description),
            .number(group.members.count))
    }

    /// In the order of their ids, as they were and as they are to be; one at a time.
    func forEach(_ body: (_ id: String, _ before: Group?, _ after: Group?) throws -> Void) throws {
        var (id, sides): (String?, [Bool: Group]) = (nil, [:])
        func end() throws { if let id { try body(id, sides[false], sides[true]) } }
        try table.forEach("SELECT id, after, address, main, members FROM team ORDER BY id, address") { row in
            let next = row.text(0)
            if next != id {
                try end()
                (id, sides) = (next, [:])
            }
            let group = try Group(main: Address(row.text(3)), members: Int(row.integer(4)))
            try sides[row.integer(1) > 0, default: group].addresses.append(Address(row.text(2)))
        }
        try end()
    }
}

extension Route {
    fileprivate var group: GroupRoute? { if case .group(let group) = self { group } else { nil } }
}
