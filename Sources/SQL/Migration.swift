/// One step of a schema's history. A step that was ever released is never changed; the next one is added.
package struct Migration: Sendable {
    /// 1 and up, without gaps.
    package let version: Int
    /// Written in `Dialect`'s words.
    package let script: String

    package init(version: Int, script: String) {
        self.version = version
        self.script = script
    }
}

extension Connection {
    /// The version of the schema; 0 for an empty database.
    package func schemaVersion() throws -> Int {
        guard try hasTable("schema_version") else { return 0 }
        return try first("SELECT MAX(version) FROM schema_version") { row in Int(row.integer(0)) } ?? 0
    }

    /// Takes the schema to the newest of `migrations`, each in a transaction of its own.
    ///
    /// - Throws: `.newerSchema` where the database is beyond all of them; `.misuse` where they have gaps.
    package func migrate(_ migrations: [Migration]) throws {
        let version = try schemaVersion()
        guard migrations.map(\.version) == Array(1..<(migrations.count + 1)) else {
            throw SQLError(.misuse, "migrations are not numbered 1, 2, 3, ...")
        }
        guard version <= migrations.count else {
            throw SQLError(.newerSchema(version), "schema \(version) is newer than this program")
        }
        for migration in migrations.dropFirst(version) {
            try transaction {
                // Another process may have been faster.
                guard try schemaVersion() < migration.version else { return }
                try execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY)")
                try execute(Dialect.render(migration.script))
                try run("INSERT INTO schema_version (version) VALUES ($1)", .number(migration.version))
            }
        }
    }
}
