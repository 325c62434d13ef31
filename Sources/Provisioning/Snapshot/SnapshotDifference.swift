internal import Mail
package import MailConfiguration
internal import SQL

/// How a reading differs from the snapshot, in numbers.
package struct SnapshotDifference: Sendable, Codable, Hashable {
    package var added: [DirectoryNames.Kind: Int]
    package var changed: [DirectoryNames.Kind: Int]
    package var returned: [DirectoryNames.Kind: Int]
    package var removed: [DirectoryNames.Kind: Int]
    /// In the snapshot now.
    package var present: [DirectoryNames.Kind: Int]

    package var isEmpty: Bool { [added, changed, returned, removed].allSatisfy { $0.values.allSatisfy { $0 == 0 } } }
}

extension SnapshotWriting {
    /// What the reading would change.
    package func difference() throws -> SnapshotDifference {
        try flush()
        return try database.reading {
            try compare()
            let place: [SQLValue] = [.text(tenant.text), .text(directory)]
            let read = try counts(
                """
                SELECT d.kind, SUM(CASE WHEN o.stable IS NULL THEN 1 ELSE 0 END),
                    SUM(CASE WHEN o.missing_since = 0 AND o.record <> s.record THEN 1 ELSE 0 END),
                    SUM(CASE WHEN o.missing_since > 0 THEN 1 ELSE 0 END)
                FROM differing d CROSS JOIN staged s ON s.kind = d.kind AND s.stable = d.stable
                LEFT JOIN object o ON o.tenant = $1 AND o.directory = $2 AND o.kind = d.kind AND o.stable = d.stable
                GROUP BY d.kind
                """, place, columns: 3)
            let removed = try counts("SELECT kind, COUNT(*) FROM gone GROUP BY kind", columns: 1)
            let present = try counts(
                """
                SELECT kind, COUNT(*) FROM object WHERE tenant = $1 AND directory = $2 AND missing_since = 0 GROUP BY kind
                """, place, columns: 1)
            return SnapshotDifference(
                added: read[0], changed: read[1], returned: read[2], removed: removed[0], present: present[0])
        }
    }

    /// Notes row by row what differs: of what was read, and what is missing there, or as good as that. Servers do not always say by
    /// which ids they tell of entries later; where they do, another one differs.
    func compare() throws {
        let place: [SQLValue] = [.text(tenant.text), .text(directory)]
        for table in ["differing", "gone"] { try database.connection.run("DELETE FROM \(table)") }
        try database.connection.run(
            """
            INSERT INTO differing (kind, stable) SELECT s.kind, s.stable FROM staged s WHERE NOT EXISTS (
                SELECT 1 FROM object o WHERE o.tenant = $1 AND o.directory = $2 AND o.kind = s.kind AND o.stable = s.stable
                AND o.record = s.record AND (s.uuid = '' OR o.uuid = s.uuid) AND o.missing_since = 0)
            """, values: place)
        try database.connection.run(
            """
            INSERT INTO gone (kind, stable) SELECT o.kind, o.stable FROM object o
            WHERE o.tenant = $1 AND o.directory = $2 AND o.missing_since = 0 AND NOT EXISTS (
                SELECT 1 FROM staged s WHERE s.kind = o.kind AND s.stable = o.stable)
            """, values: place)
        try findLosing()
        try database.connection.run("DELETE FROM differing WHERE (kind, stable) IN (SELECT kind, stable FROM losing)")
        try database.connection.run(
            """
            INSERT INTO gone (kind, stable) SELECT l.kind, l.stable FROM losing l JOIN object o
            ON o.tenant = $1 AND o.directory = $2 AND o.kind = l.kind AND o.stable = l.stable WHERE o.missing_since = 0
            """, values: place)
        compared = try database.version(of: tenant)
    }

    /// Numbers by kind, for each column behind it; those that are not 0.
    private func counts(
        _ sql: String, _ values: [SQLValue] = [], columns: Int
    ) throws -> [[DirectoryNames.Kind: Int]] {
        var counts = [[DirectoryNames.Kind: Int]](repeating: [:], count: columns)
        try database.connection.forEach(sql, values: values) { row in
            guard let kind = DirectoryNames.Kind(rawValue: row.text(0)) else { return }
            for column in 0..<columns where row.integer(column + 1) > 0 {
                counts[column][kind] = Int(row.integer(column + 1))
            }
        }
        return counts
    }
}
