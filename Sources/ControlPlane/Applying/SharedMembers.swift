internal import Directory
internal import Mail
internal import SQL

/// Who may do what in the shared mailboxes of a tenant where that changes: in a temporary table, found account by account and told
/// mailbox by mailbox.
struct SharedMembers {
    private let table: Connection

    init(_ tenant: TenantDifference) throws {
        table = try Connection.scratch(
            """
            CREATE TABLE change (mailbox OCTETS NOT NULL, member TEXT NOT NULL, before BIGINT, after BIGINT);
            """)
        try tenant.forEachAccount(.borrowers) { try note($0, $1) }
        // Made of all rows at once, as they come in another order.
        try table.execute("CREATE INDEX change_of_mailbox ON change (mailbox, member)")
    }

    private func note(_ before: DirectoryAccount?, _ after: DirectoryAccount?) throws {
        let (old, new) = (Self.rights(before), Self.rights(after))
        guard let before, let after, before.address.localPart != after.address.localPart else {
            guard let member = (after ?? before)?.address.localPart else { return }
            for mailbox in Set(old.keys).union(new.keys) where old[mailbox] != new[mailbox] {
                try note(mailbox, member, old[mailbox], new[mailbox])
            }
            return
        }
        // By another name.
        for (mailbox, rights) in old { try note(mailbox, before.address.localPart, rights, nil) }
        for (mailbox, rights) in new { try note(mailbox, after.address.localPart, nil, rights) }
    }

    private func note(_ mailbox: AccountID, _ member: String, _ before: SharedRights?, _ after: SharedRights?) throws {
        try table.run(
            "INSERT INTO change (mailbox, member, before, after) VALUES ($1, $2, $3, $4)", .octets(mailbox.octets), .text(member),
            .integer(orNull: before.map { Int64($0.rawValue) }), .integer(orNull: after.map { Int64($0.rawValue) }))
    }

    private static func rights(_ account: DirectoryAccount?) -> [AccountID: SharedRights] {
        Dictionary((account?.shared ?? []).map { ($0.account, $0.rights) }) { $1 }
    }

    /// Those with other members.
    func forEachMailbox(_ body: (AccountID) throws -> Void) throws {
        try table.forEach("SELECT DISTINCT mailbox FROM change ORDER BY mailbox") { row in
            if let id = AccountID(octets: row.octets(0)) { try body(id) }
        }
    }

    /// `+rui (reads, sends as info@)`, `-ana`; as many as a plan shows, and how many more there are.
    func changes(of mailbox: DirectoryAccount) throws -> [String] {
        guard mailbox.kind == .shared else { return [] }
        let id = SQLValue.octets(mailbox.id.octets)
        let notes = try table.all(
            "SELECT member, before, after FROM change WHERE mailbox = $1 ORDER BY member LIMIT $2", id,
            .number(PlanLines.mostMembers)
        ) { row in
            let member = row.text(0)
            guard !row.isNull(2) else { return "-\(member)" }
            let words = Self.words(SharedRights(rawValue: UInt8(truncatingIfNeeded: row.integer(2))), mailbox.address)
            return row.isNull(1) ? "+\(member) (\(words))" : "\(member) (\(words))"
        }
        guard notes.count == PlanLines.mostMembers else { return notes }
        let all = try table.first("SELECT COUNT(*) FROM change WHERE mailbox = $1", id) { Int($0.integer(0)) } ?? 0
        return all > notes.count ? notes + ["and \(all - notes.count) more members"] : notes
    }

    private static func words(_ rights: SharedRights, _ address: Address) -> String {
        let table: [(SharedRights, String)] = [
            (.read, "reads"), (.send, "sends as \(address.localPart)@"), (.manage, "manages"),
        ]
        return table.filter { rights.contains($0.0) }.map(\.1).joined(separator: ", ")
    }
}
