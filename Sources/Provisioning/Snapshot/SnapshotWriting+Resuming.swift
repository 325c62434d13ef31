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
        let unchanged =
            namesEverything
            ? "EXISTS (SELECT 1 FROM told t WHERE t.kind = o.kind AND t.uuid = o.uuid AND t.unchanged = 1)"
            : "NOT EXISTS (SELECT 1 FROM told t WHERE t.kind = o.kind AND t.uuid = o.uuid AND t.unchanged = 0)"
        let values: [SQLValue] = [.text(tenant.text), .text(directory), .text(kind.rawValue)]
        let condition =
            "o.tenant = $1 AND o.directory = $2 AND o.kind = $3 AND o.missing_since = 0 AND o.uuid <> '' AND \(unchanged)"
        try database.connection.run(
            """
            INSERT INTO staged (kind, stable, record, uuid) SELECT o.kind, o.stable, o.record, o.uuid FROM object o
            WHERE \(condition) ON CONFLICT (kind, stable) DO NOTHING
            """, values: values)
        try database.connection.forEach(
            "SELECT o.record FROM object o WHERE \(condition) AND o.record LIKE '%\"findings\":[{%'", values: values
        ) { for finding in try RecordCoding.read(DirectoryObject.self, $0.octets(0)).findings { note(finding) } }
    }

    /// What is known of entries of which nothing could be made; they are looked at anew with the next whole reading.
    func takeOverUnusable() throws {
        for (directory, finding) in try database.findings(of: tenant)
        where directory == self.directory && (finding.code == .noID || finding.code == .duplicateID) { note(finding) }
    }
}
