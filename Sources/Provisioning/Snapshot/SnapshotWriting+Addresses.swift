internal import Directory
internal import Mail
internal import MailConfiguration
internal import SQL

/// Accounts of which the entry was read, and has no address any more that is its own: none in a domain of the tenant, or only those
/// that somebody had before. They are as good as gone, so that the brake counts them, and whoever it lets go waits with the
/// addresses that there were. Who never had an account is not meant.
extension SnapshotWriting {
    func makeAddressTables() throws {
        try database.connection.execute(
            """
            DROP TABLE IF EXISTS losing;
            DROP TABLE IF EXISTS claim;
            CREATE TEMPORARY TABLE losing (
                kind TEXT NOT NULL, stable TEXT NOT NULL, PRIMARY KEY (kind, stable)) WITHOUT ROWID;
            CREATE TEMPORARY TABLE claim (
                address TEXT NOT NULL, seen INTEGER NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (address, seen, entry)
            ) WITHOUT ROWID;
            """)
    }

    private var place: [SQLValue] { [.text(tenant.text), .text(directory)] }

    /// To be called when it is known what differs. Where no address has moved nothing is asked but that.
    func findLosing() throws {
        let connection = database.connection
        for table in ["losing", "claim"] { try connection.run("DELETE FROM \(table)") }
        guard try isAnyAddressMoved() else { return }
        try claimAddresses()
        // As a join has it: whoever was there first has the address.
        try connection.run(
            """
            INSERT INTO losing (kind, stable) SELECT s.kind, s.stable FROM account a
            CROSS JOIN staged s ON s.kind IN (\(Self.accounts)) AND s.stable = a.stable
            WHERE a.tenant = $1 AND a.directory = $2 AND $2 || '/' || s.stable NOT IN (
                SELECT c.entry FROM claim c WHERE NOT EXISTS (
                    SELECT 1 FROM claim e WHERE e.address = c.address AND (e.seen, e.entry) < (c.seen, c.entry)))
            """, values: place)
    }

    private static let accounts = "'user', 'shared'"
    /// Whose addresses are claimed in the order in which they came; aliases have what is left.
    private static let claiming = "'user', 'shared', 'group'"

    private func isAnyAddressMoved() throws -> Bool {
        var isAny = false
        try database.connection.forEach(
            """
            SELECT o.record, s.record, o.missing_since FROM differing d
            CROSS JOIN staged s ON s.kind = d.kind AND s.stable = d.stable
            CROSS JOIN object o ON o.tenant = $1 AND o.directory = $2 AND o.kind = d.kind AND o.stable = d.stable
            WHERE d.kind IN (\(Self.claiming))
            """, values: place
        ) { row in
            guard !isAny else { return }
            isAny =
                try row.integer(2) > 0
                || DirectoryObject.addresses(in: row.octets(0)) != DirectoryObject.addresses(in: row.octets(1))
        }
        return isAny
    }

    /// Of what was read, and of what the tenant's other directories have.
    private func claimAddresses() throws {
        try claim(
            """
            SELECT $2 || '/' || s.stable, COALESCE(o.first_seen, \(Int64.max)), s.record FROM staged s LEFT JOIN object o
            ON o.tenant = $1 AND o.directory = $2 AND o.kind = s.kind AND o.stable = s.stable WHERE s.kind IN (\(Self.claiming))
            """)
        try claim(
            """
            SELECT directory || '/' || stable, first_seen, record FROM object
            WHERE tenant = $1 AND directory <> $2 AND missing_since = 0 AND kind IN (\(Self.claiming))
            """)
    }

    private func claim(_ sql: String) throws {
        try database.connection.forEach(sql, values: place) { row in
            for text in try DirectoryObject.addresses(in: row.octets(2)) {
                guard let address = try? Address(text), domains.contains(address.domain) else { continue }
                try database.connection.run(
                    "INSERT INTO claim (address, seen, entry) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                    .text(address.folded.description), .integer(row.integer(1)), .text(row.text(0)))
            }
        }
    }

    func noteLosing() throws {
        try database.connection.forEach(
            "SELECT s.record, s.kind, s.uuid FROM losing l CROSS JOIN staged s ON s.kind = l.kind AND s.stable = l.stable"
        ) { row in
            guard let kind = DirectoryNames.Kind(rawValue: row.text(1)) else { return }
            let finding = DirectoryFinding(
                .noAddress, try RecordCoding.read(DirectoryObject.self, row.octets(0)).name,
                "it has no address of this tenant any more; it waits with those that it had, as if it had gone")
            note(EntryFinding(finding: finding, kind: kind, uuid: row.text(2)))
        }
    }
}
