internal import Directory
internal import Mail
internal import MailConfiguration
internal import SQL

/// A reading of what has changed since a cookie, made whole with what is known already.
extension SnapshotWriting {
    /// To be called before anything is told.
    func resume() throws {
        isWhole = false
        try database.connection.execute(
            """
            DROP TABLE IF EXISTS told;
            CREATE TEMPORARY TABLE told (
                kind TEXT NOT NULL, uuid TEXT NOT NULL, unchanged INTEGER NOT NULL, PRIMARY KEY (kind, uuid));
            """)
    }

    /// Notes what the server says of an entry without its content: that it is unchanged, or not to be taken over as it was.
    func tell(_ kind: DirectoryNames.Kind, uuid: String, isUnchanged: Bool) throws {
        told.append((kind, uuid, isUnchanged))
        if told.count >= Self.batch { try flush() }
    }

    func stage(_ kind: DirectoryNames.Kind, _ uuid: String, _ isUnchanged: Bool) throws {
        try database.connection.run(
            """
            INSERT INTO told (kind, uuid, unchanged) VALUES ($1, $2, $3)
            ON CONFLICT (kind, uuid) DO UPDATE SET unchanged = excluded.unchanged
            """, .text(kind.rawValue), .text(uuid), .integer(isUnchanged ? 1 : 0))
    }

    /// Takes over what is unchanged.
    ///
    /// - Parameter namesEverything: whether only what the server has called unchanged is; else all that it has not mentioned. What
    ///   it cannot have named, as it was read in another way meanwhile, it has given anew.
    func takeOver(_ kind: DirectoryNames.Kind, namesEverything: Bool) throws {
        try flush()
        func isUnchanged(_ row: String) -> String {
            let told = "EXISTS (SELECT 1 FROM told t WHERE t.kind = \(row).kind AND t.uuid = \(row).uuid AND t.unchanged"
            return namesEverything ? "\(told) = 1)" : "NOT \(told) = 0)"
        }
        let values: [SQLValue] = [.text(tenant.text), .text(directory), .text(kind.rawValue)]
        let here = "tenant = $1 AND directory = $2 AND kind = $3"
        let objects = "FROM object o WHERE \(here) AND missing_since = 0 AND uuid <> '' AND \(isUnchanged("o"))"
        // An entry that came later with the id of one that is as it was.
        try database.connection.forEach(
            """
            SELECT s.stable, s.record, s.uuid FROM staged s WHERE s.kind = $3 AND s.stable IN (SELECT stable \(objects))
            """, values: values
        ) { row in
            let mapped = try EntryMapping.Mapped(
                stableID: row.text(0), object: RecordCoding.read(DirectoryObject.self, row.octets(1)))
            note(EntryFinding(finding: .duplicateID(mapped), kind: kind, uuid: row.text(2)))
        }
        try database.connection.run(
            """
            INSERT INTO staged (kind, stable, record, uuid) SELECT kind, stable, record, uuid \(objects)
            ON CONFLICT (kind, stable) DO UPDATE SET record = excluded.record, uuid = excluded.uuid
            """, values: values)
        try database.connection.forEach(
            "SELECT record, stable, uuid \(objects) AND record LIKE '%\"findings\":[{%'", values: values
        ) { row in
            for finding in try RecordCoding.read(DirectoryObject.self, row.octets(0)).findings {
                note(EntryFinding(finding: finding, kind: kind, stableID: row.text(1), uuid: row.text(2)))
            }
        }
        try takeOverUnusable(kind, isUnchanged("f"), values)
    }

    /// What is known of entries of which nothing could be made. Those that the server has not named by themselves are looked at anew
    /// with the next whole reading.
    private func takeOverUnusable(_ kind: DirectoryNames.Kind, _ isUnchanged: String, _ values: [SQLValue]) throws {
        try database.connection.forEach(
            """
            SELECT record, uuid FROM finding f WHERE tenant = $1 AND directory = $2 AND kind = $3 AND stable = ''
            AND place < \(SnapshotDatabase.mostFindings) AND (uuid = '' OR \(isUnchanged)) ORDER BY place
            """, values: values
        ) { row in
            let finding = try RecordCoding.read(DirectoryFinding.self, row.text(0))
            guard !findings.contains(finding) else { return }
            note(EntryFinding(finding: finding, kind: kind, uuid: row.text(1)))
        }
    }
}
