internal import Directory
package import Mail
package import MailConfiguration
internal import SQL

/// `directories.db`, open. Used by one thread at a time; several may have it open.
package final class SnapshotDatabase {
    let connection: Connection

    /// Makes the database where there is none. Its folder has to be there, and nobody else's.
    package init(path: String) throws {
        connection = try Connection(path: path, busyTimeout: .seconds(20))
        try Disk.setMode(path, 0o600)
        // As control.db: several processes, and no write-ahead log that two connections could reset at once.
        try connection.run("PRAGMA journal_mode=DELETE")
        try connection.setDurability(.durable)
        try connection.migrate(SnapshotSchema.migrations)
    }

    /// Copies what is known into a file that is not there yet, as it is at one moment.
    package static func copy(_ path: String, to copy: String) throws {
        try SnapshotDatabase(path: path).connection.copy(to: SnapshotDatabase(path: copy).connection)
    }

    /// Makes the next look find that the generation in force is not made of this: for a copy beside another generation.
    package func forgetJoined() throws { try connection.run("DELETE FROM joined") }

    // MARK: States

    /// Of directories that the files in force name.
    package func states() throws -> [DirectoryState] { try allStates().filter { $0.hasLeft != true } }

    private func allStates() throws -> [DirectoryState] {
        try connection.all("SELECT record FROM directory ORDER BY tenant, id") {
            try RecordCoding.read(DirectoryState.self, $0.text(0))
        }
    }

    package func state(_ tenant: TenantID, _ directory: String) throws -> DirectoryState {
        try connection.first(
            "SELECT record FROM directory WHERE tenant = $1 AND id = $2", .text(tenant.text), .text(directory)
        ) { try RecordCoding.read(DirectoryState.self, $0.text(0)) } ?? DirectoryState(tenant: tenant, directory: directory)
    }

    package func keep(_ state: DirectoryState) throws {
        try connection.run(
            """
            INSERT INTO directory (tenant, id, record) VALUES ($1, $2, $3)
            ON CONFLICT (tenant, id) DO UPDATE SET record = excluded.record
            """, .text(state.tenant.text), .text(state.directory), .text(RecordCoding.text(state)))
    }

    /// Notes that a reading failed; what was read before stays.
    package func noteFailure(_ tenant: TenantID, _ directory: String, _ reason: String, at now: Int64) throws {
        try connection.transaction {
            var state = try state(tenant, directory)
            state.failingSince = state.failingSince ?? now
            state.failure = reason
            state.isLive = false
            try keep(state)
        }
    }

    /// - Parameter refusal: why changes are not listened to, though the server says that it tells them.
    package func noteLive(_ tenant: TenantID, _ directory: String, _ isLive: Bool, refusal: String? = nil) throws {
        try connection.transaction {
            var state = try state(tenant, directory)
            guard state.isLive != isLive || state.liveRefusal != refusal else { return }
            state.isLive = isLive
            state.liveRefusal = refusal
            try keep(state)
        }
    }

    // MARK: Objects

    /// One object as the snapshot has it.
    package struct Kept: Sendable {
        package let directory: String
        package let kind: DirectoryNames.Kind
        package let stableID: String
        package let object: DirectoryObject
        /// Seconds since 1970.
        package let firstSeen: Int64
        /// Nil while its entry is there.
        package let missingSince: Int64?
        /// Whether another tenant's directory has an account of the same id.
        let isElsewhere: Bool
    }

    /// Runs `body` on one state of the snapshot, and as one transaction of the temporary tables. Whoever has something to write to
    /// the snapshot waits meanwhile where `body` reads it; for a body that asks only temporary tables nobody waits.
    package func reading<Result>(_ body: () throws -> Result) throws -> Result { try connection.snapshot(body) }

    /// Makes `name(of:in:)` answer with what the snapshot has now.
    package func readNames(of tenant: TenantID) throws {
        let script = """
            CREATE TEMPORARY TABLE IF NOT EXISTS address_name (
                tenant TEXT NOT NULL, address TEXT NOT NULL, kind TEXT NOT NULL, directory TEXT NOT NULL, stable TEXT NOT NULL,
                PRIMARY KEY (tenant, address)) CLUSTERED;
            """
        try connection.execute(Dialect.render(script))
        try connection.snapshot {
            try connection.run("DELETE FROM address_name WHERE tenant = $1", .text(tenant.text))
            try connection.forEach(
                """
                SELECT directory, kind, stable, record FROM object WHERE tenant = $1 ORDER BY first_seen, directory, stable
                """, .text(tenant.text)
            ) { row in
                for text in try DirectoryObject.addresses(in: row.octets(3)) {
                    guard let address = try? Address(text).folded else { continue }
                    try connection.run(
                        """
                        INSERT INTO address_name (tenant, address, kind, directory, stable) VALUES ($1, $2, $3, $4, $5)
                        ON CONFLICT DO NOTHING
                        """, .text(tenant.text), .text(address.description), .text(row.text(1)), .text(row.text(0)),
                        .text(row.text(2)))
                }
            }
        }
    }

    /// Whom a folded address of a tenant means: of several objects that have it, the one that was there first.
    package func name(of address: Address, in tenant: TenantID) throws -> DirectoryNames.Name? {
        try connection.first(
            "SELECT kind, directory, stable FROM address_name WHERE tenant = $1 AND address = $2", .text(tenant.text),
            .text(address.description)
        ) { row in
            DirectoryNames.Kind(rawValue: row.text(0)).map {
                DirectoryNames.Name(kind: $0, id: LocalID(directory: row.text(1), stableID: row.text(2)))
            }
        }.flatMap(\.self)
    }

    /// When the next missing account is to be retired; nil where none is missing.
    package func oldestMissing(of tenant: TenantID) throws -> Int64? {
        try connection.first(
            "SELECT MIN(missing_since) FROM object WHERE tenant = $1 AND missing_since > 0", .text(tenant.text)
        ) { $0.optionalInteger(0) }.flatMap(\.self)
    }

    /// Forgets directories that no files name, with what they said.
    ///
    /// - Parameters:
    ///   - named: those of the files in force.
    ///   - others: those of files that may come back; asked for where there are some that the files in force do not name.
    package func keepOnly(_ named: Set<DirectoryPlace>, or others: () throws -> Set<DirectoryPlace>) throws {
        let states = try allStates()
        let left = Set(states.map(\.place)).subtracting(named)
        let remembered = try left.isEmpty ? [] : others()
        try connection.transaction {
            for var state in try allStates() {
                let hasLeft: Bool? = named.contains(state.place) ? nil : true
                if hasLeft == true, !remembered.contains(state.place) {
                    try forget(state.place)
                } else if hasLeft != state.hasLeft {
                    state.hasLeft = hasLeft
                    try keep(state)
                }
            }
        }
    }

    private func forget(_ place: DirectoryPlace) throws {
        for table in ["object", "finding", "account", "sync_cookie"] {
            try connection.run(
                "DELETE FROM \(table) WHERE tenant = $1 AND directory = $2", .text(place.tenant.text), .text(place.directory))
        }
        try connection.run(
            "DELETE FROM directory WHERE tenant = $1 AND id = $2", .text(place.tenant.text), .text(place.directory))
    }
}

extension SnapshotDatabase {
    // MARK: What follows for logins

    /// Which entry an account is.
    package struct Origin: Sendable, Hashable {
        package var tenant: TenantID
        package var directory: String
        package var stableID: String
        /// Changes with the password, as far as the directory tells.
        package var mark: String
    }

    package func origin(of account: AccountID) throws -> Origin? {
        try connection.first(
            "SELECT tenant, directory, stable, mark FROM account WHERE account = $1", .octets(account.octets)
        ) { try Origin(tenant: TenantID($0.text(0)), directory: $0.text(1), stableID: $0.text(2), mark: $0.text(3)) }
    }

    package func accounts(of tenant: TenantID) throws -> Set<AccountID> {
        try Set(
            connection.all("SELECT account FROM account WHERE tenant = $1", .text(tenant.text)) {
                AccountID(octets: $0.octets(0))
            }
            .compactMap(\.self))
    }

    /// Accounts of a tenant with a name to log in by that need not be an address.
    package func accounts(named name: String, in tenant: TenantID) throws -> [AccountID] {
        try connection.all(
            "SELECT account FROM login WHERE name = $1 AND tenant = $2", .text(name.lowercased()), .text(tenant.text)
        ) { AccountID(octets: $0.octets(0)) }.compactMap(\.self)
    }

    /// Versions of the tenants' objects that the generation in force has.
    package func joinedVersion(of tenant: TenantID) throws -> Int64 {
        try connection.first("SELECT version FROM joined WHERE tenant = $1", .text(tenant.text)) { $0.integer(0) } ?? 0
    }

    package func version(of tenant: TenantID) throws -> Int64 {
        try allStates().filter { $0.tenant == tenant }.map(\.version).max() ?? 0
    }

    /// Keeps what a join found, once its generation is in force.
    ///
    /// - Parameter accounts: of the same join.
    package func keep(_ joined: JoinedTenant, _ accounts: JoinedAccounts) throws {
        try connection.transaction {
            let tenant = joined.tenant
            try accounts.keep()
            try connection.run(
                "DELETE FROM finding WHERE tenant = $1 AND place >= $2", .text(tenant.text), .number(Self.mostFindings))
            var places: [String: Int] = [:]
            for (directory, finding) in joined.findings {
                let place = places[directory, default: 0]
                places[directory] = place + 1
                try connection.run(
                    "INSERT INTO finding (tenant, directory, place, record) VALUES ($1, $2, $3, $4)", .text(tenant.text),
                    .text(directory), .number(Self.mostFindings + place), .text(RecordCoding.text(finding)))
            }
            for var state in try states() where state.tenant == tenant {
                let ofReading = try connection.first(
                    "SELECT COUNT(*) FROM finding WHERE tenant = $1 AND directory = $2 AND place < $3", .text(tenant.text),
                    .text(state.directory), .number(Self.mostFindings)
                ) { Int($0.integer(0)) }
                state.findings = (ofReading ?? 0) + joined.counts[state.directory, default: 0]
                try keep(state)
            }
            try connection.run(
                """
                INSERT INTO joined (tenant, version) VALUES ($1, $2) ON CONFLICT (tenant) DO UPDATE SET version = excluded.version
                """, .text(tenant.text), .integer(joined.version))
        }
    }
}
