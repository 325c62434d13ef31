internal import Directory
internal import Mail
internal import MailConfiguration
internal import SQL

extension SnapshotWriting {
    /// The tenant's objects as they would be with this reading.
    package func objects(at now: Int64) throws -> [SnapshotDatabase.Kept] {
        try flush()
        let others = try database.objects(of: tenant).filter { $0.directory != directory }
        let staged = try database.connection.all(
            """
            SELECT s.kind, s.stable, s.record, COALESCE(o.first_seen, $3) FROM staged s
            LEFT JOIN object o ON o.tenant = $1 AND o.directory = $2 AND o.kind = s.kind AND o.stable = s.stable
            """, .text(tenant.text), .text(directory), .integer(now)
        ) { row in
            try kept(row.text(0), row.text(1), row.octets(2), firstSeen: row.integer(3), missingSince: nil)
        }
        let missing = try database.connection.all(
            """
            SELECT o.kind, o.stable, o.record, o.first_seen, o.missing_since FROM object o
            LEFT JOIN staged s ON s.kind = o.kind AND s.stable = o.stable
            WHERE o.tenant = $1 AND o.directory = $2 AND s.stable IS NULL
            """, .text(tenant.text), .text(directory)
        ) { row in
            let since = row.integer(4)
            return try kept(
                row.text(0), row.text(1), row.octets(2), firstSeen: row.integer(3), missingSince: since == 0 ? now : since)
        }
        return (others + staged.compactMap(\.self) + missing.compactMap(\.self)).sorted {
            ($0.firstSeen, $0.directory, $0.stableID) < ($1.firstSeen, $1.directory, $1.stableID)
        }
    }

    private func kept(
        _ kind: String, _ stableID: String, _ record: [UInt8], firstSeen: Int64, missingSince: Int64?
    ) throws -> SnapshotDatabase.Kept? {
        guard let kind = DirectoryNames.Kind(rawValue: kind) else { return nil }
        return try SnapshotDatabase.Kept(
            directory: directory, kind: kind, stableID: stableID, object: RecordCoding.read(DirectoryObject.self, record),
            firstSeen: firstSeen, missingSince: missingSince)
    }
}
