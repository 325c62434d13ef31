internal import Directory
internal import Mail
package import MailConfiguration
internal import SQL

/// Which of the objects a pass of a join looks at.
package enum JoinPart {
    case all
    /// Those that are there.
    case groups, aliases
    /// All of them.
    case shared
    /// Users and groups that say which groups they are in, in the order of their ids.
    case stating
    /// Groups and aliases that are missing.
    case waiting
}

/// The objects of a tenant in the order of a join, numbered from 0: whoever is there goes before whoever is missing, then who was
/// there first. A join asks for them several times and holds none of them.
///
/// They are as they were when this was made: a copy in a temporary table, so that whoever has something to write to the snapshot
/// waits only while it is made, and not for the join. Another one of the same database takes its place.
package struct SnapshotObjects {
    private let database: SnapshotDatabase

    /// - Parameter now: seconds since 1970; whoever is missing for longer than the tenant suspends is left out.
    package init(_ database: SnapshotDatabase, of tenant: TenantConfiguration, now: Int64) throws {
        self.database = database
        try database.connection.execute(
            """
            DROP TABLE IF EXISTS temp.joining;
            DROP TABLE IF EXISTS temp.joining_order;
            CREATE TEMPORARY TABLE joining_order (
                number INTEGER PRIMARY KEY, directory TEXT NOT NULL, kind TEXT NOT NULL, stable TEXT NOT NULL);
            CREATE TEMPORARY TABLE joining (
                number INTEGER PRIMARY KEY, directory TEXT NOT NULL, kind TEXT NOT NULL, stable TEXT NOT NULL,
                first_seen INTEGER NOT NULL, missing_since INTEGER NOT NULL, record TEXT NOT NULL, elsewhere INTEGER NOT NULL);
            """)
        let places = tenant.directories.indices.map { "$\($0 + 3)" }.joined(separator: ", ")
        try database.reading {
            try database.connection.run(
                """
                INSERT INTO joining_order (directory, kind, stable) SELECT directory, kind, stable FROM object
                WHERE tenant = $1 AND (missing_since = 0 OR missing_since > $2) AND directory IN (\(places))
                ORDER BY missing_since > 0, first_seen, directory, stable
                """,
                values: [.text(tenant.id.text), .integer(now - tenant.policies.suspendFor.components.seconds)]
                    + tenant.directories.map { .text($0.id) })
            // In this order: the objects are looked up one by one, and need not be sorted with all that they say.
            try database.connection.run(
                """
                INSERT INTO joining (number, directory, kind, stable, first_seen, missing_since, record, elsewhere)
                SELECT j.number, o.directory, o.kind, o.stable, o.first_seen, o.missing_since, o.record,
                o.kind IN ('user', 'shared') AND EXISTS (
                    SELECT 1 FROM object p WHERE p.stable = o.stable AND p.tenant <> $1 AND p.kind IN ('user', 'shared'))
                FROM joining_order j CROSS JOIN object o
                ON o.tenant = $1 AND o.directory = j.directory AND o.kind = j.kind AND o.stable = j.stable ORDER BY j.number
                """, .text(tenant.id.text))
            try database.connection.execute("DROP TABLE temp.joining_order")
        }
    }

    private static let columns = "number - 1, directory, kind, stable, record, first_seen, missing_since, elsewhere"

    package func forEach(_ part: JoinPart, _ body: (Int, SnapshotDatabase.Kept) throws -> Void) throws {
        let condition: String
        switch part {
        case .all: condition = "1"
        case .groups: condition = "kind = 'group' AND missing_since = 0"
        case .aliases: condition = "kind = 'alias' AND missing_since = 0"
        case .shared: condition = "kind = 'shared'"
        case .waiting: condition = "kind IN ('group', 'alias') AND missing_since > 0"
        case .stating: return try forEachStating(body)
        }
        try database.connection.forEach(
            "SELECT \(Self.columns) FROM temp.joining WHERE \(condition) ORDER BY number"
        ) { row in
            if let kept = try SnapshotDatabase.Kept(row) { try body(Int(row.integer(0)), kept) }
        }
    }

    private func forEachStating(_ body: (Int, SnapshotDatabase.Kept) throws -> Void) throws {
        try database.connection.forEach(
            """
            SELECT number - 1 FROM temp.joining WHERE kind IN ('user', 'group') AND instr(record, '"memberOf":["') > 0
            ORDER BY directory || '/' || stable
            """
        ) { row in
            let number = Int(row.integer(0))
            if let kept = try object(number) { try body(number, kept) }
        }
    }

    package func object(_ number: Int) throws -> SnapshotDatabase.Kept? {
        try database.connection.first("SELECT \(Self.columns) FROM temp.joining WHERE number = $1", .number(number + 1)) {
            try SnapshotDatabase.Kept($0)
        }.flatMap(\.self)
    }
}

extension SnapshotDatabase.Kept {
    var id: LocalID { LocalID(directory: directory, stableID: stableID) }

    /// Of a row whose columns 1 to 7 are directory, kind, stable id, record, when it was seen first and is missing since, and
    /// whether its id is another tenant's too.
    init?(_ row: borrowing Row) throws {
        guard let kind = DirectoryNames.Kind(rawValue: row.text(2)) else { return nil }
        let missing = row.integer(6)
        try self.init(
            directory: row.text(1), kind: kind, stableID: row.text(3),
            object: RecordCoding.read(DirectoryObject.self, row.octets(4)), firstSeen: row.integer(5),
            missingSince: missing == 0 ? nil : missing, isElsewhere: row.integer(7) > 0)
    }
}
