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

    // MARK: States

    package func states() throws -> [DirectoryState] {
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

    package func noteLive(_ tenant: TenantID, _ directory: String, _ isLive: Bool) throws {
        try connection.transaction {
            var state = try state(tenant, directory)
            guard state.isLive != isLive else { return }
            state.isLive = isLive
            try keep(state)
        }
    }

    // MARK: Objects

    /// One object as the snapshot has it. Held once, and by reference: a join has each in several lists at a time.
    package final class Kept: Sendable {
        package let directory: String
        package let kind: DirectoryNames.Kind
        package let stableID: String
        package let object: DirectoryObject
        /// Seconds since 1970.
        package let firstSeen: Int64
        /// Nil while its entry is there.
        package let missingSince: Int64?

        package init(
            directory: String, kind: DirectoryNames.Kind, stableID: String, object: DirectoryObject, firstSeen: Int64,
            missingSince: Int64?
        ) {
            self.directory = directory
            self.kind = kind
            self.stableID = stableID
            self.object = object
            self.firstSeen = firstSeen
            self.missingSince = missingSince
        }
    }

    /// All objects of a tenant, those first that were there first.
    package func objects(of tenant: TenantID) throws -> [Kept] {
        let kept = try connection.all(
            """
            SELECT directory, kind, stable, record, first_seen, missing_since FROM object WHERE tenant = $1
            ORDER BY first_seen, directory, stable
            """, .text(tenant.text)
        ) { row -> Kept? in
            guard let kind = DirectoryNames.Kind(rawValue: row.text(1)) else { return nil }
            let missing = row.integer(5)
            return try Kept(
                directory: row.text(0), kind: kind, stableID: row.text(2),
                object: RecordCoding.read(DirectoryObject.self, row.octets(3)), firstSeen: row.integer(4),
                missingSince: missing == 0 ? nil : missing)
        }
        return kept.compactMap(\.self)
    }

    /// Whom each folded address of a tenant means: of several objects that have it, the one that was there first.
    package func names(of tenant: TenantID) throws -> [Address: DirectoryNames.Name] {
        var names: [Address: DirectoryNames.Name] = [:]
        try connection.forEach(
            """
            SELECT directory, kind, stable, record FROM object WHERE tenant = $1 ORDER BY first_seen, directory, stable
            """, .text(tenant.text)
        ) { row in
            guard let kind = DirectoryNames.Kind(rawValue: row.text(1)) else { return }
            let name = DirectoryNames.Name(kind: kind, id: LocalID(directory: row.text(0), stableID: row.text(2)))
            for text in try DirectoryObject.addresses(in: row.octets(3)) {
                guard let address = try? Address(text).folded, names[address] == nil else { continue }
                names[address] = name
            }
        }
        return names
    }

    /// When the next missing account is to be retired; nil where none is missing.
    package func oldestMissing(of tenant: TenantID) throws -> Int64? {
        try connection.first(
            "SELECT MIN(missing_since) FROM object WHERE tenant = $1 AND missing_since > 0", .text(tenant.text)
        ) { $0.optionalInteger(0) }.flatMap(\.self)
    }

    /// Forgets directories that no tenant has any more, with what they said.
    package func keepOnly(_ directories: [(tenant: TenantID, id: String)]) throws {
        let kept = Set(directories.map { "\($0.tenant)/\($0.id)" })
        try connection.transaction {
            for state in try states() where !kept.contains("\(state.tenant)/\(state.directory)") {
                for table in ["object", "finding", "account", "sync_cookie"] {
                    try connection.run(
                        "DELETE FROM \(table) WHERE tenant = $1 AND directory = $2", .text(state.tenant.text),
                        .text(state.directory))
                }
                try connection.run(
                    "DELETE FROM directory WHERE tenant = $1 AND id = $2", .text(state.tenant.text), .text(state.directory))
            }
        }
    }

    // MARK: Findings

    /// Findings that are kept of one directory.
    package static let mostFindings = 1000

    package func findings(of tenant: TenantID) throws -> [(directory: String, finding: DirectoryFinding)] {
        try connection.all(
            "SELECT directory, record FROM finding WHERE tenant = $1 ORDER BY directory, place", .text(tenant.text)
        ) {
            try ($0.text(0), RecordCoding.read(DirectoryFinding.self, $0.text(1)))
        }
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

    /// Accounts with a name to log in by that is no address; in one tenant, or in all.
    package func accounts(named name: String, in tenant: TenantID?) throws -> [AccountID] {
        let sql = "SELECT account FROM login WHERE name = $1"
        let name = SQLValue.text(name.lowercased())
        let rows =
            if let tenant {
                try connection.all("\(sql) AND tenant = $2", name, .text(tenant.text)) { AccountID(octets: $0.octets(0)) }
            } else {
                try connection.all("\(sql) LIMIT 2", name) { AccountID(octets: $0.octets(0)) }
            }
        return rows.compactMap(\.self)
    }

    /// Versions of the tenants' objects that the generation in force has.
    package func joinedVersion(of tenant: TenantID) throws -> Int64 {
        try connection.first("SELECT version FROM joined WHERE tenant = $1", .text(tenant.text)) { $0.integer(0) } ?? 0
    }

    package func version(of tenant: TenantID) throws -> Int64 {
        try states().filter { $0.tenant == tenant }.map(\.version).max() ?? 0
    }

    /// Keeps what a join found, once its generation is in force.
    package func keep(_ joined: JoinedTenant) throws {
        try connection.transaction {
            let tenant = joined.tenant.id
            try keepAccounts(joined, tenant)
            try connection.run(
                "DELETE FROM finding WHERE tenant = $1 AND place >= $2", .text(tenant.text), .number(Self.mostFindings))
            var counts: [String: Int] = [:]
            for (directory, finding) in joined.findings {
                let place = counts[directory, default: 0]
                counts[directory] = place + 1
                guard place < Self.mostFindings else { continue }
                try connection.run(
                    "INSERT INTO finding (tenant, directory, place, record) VALUES ($1, $2, $3, $4)", .text(tenant.text),
                    .text(directory), .number(Self.mostFindings + place), .text(RecordCoding.text(finding)))
            }
            for var state in try states() where state.tenant == tenant {
                let ofReading = try connection.first(
                    "SELECT COUNT(*) FROM finding WHERE tenant = $1 AND directory = $2 AND place < $3", .text(tenant.text),
                    .text(state.directory), .number(Self.mostFindings)
                ) { Int($0.integer(0)) }
                state.findings = (ofReading ?? 0) + counts[state.directory, default: 0]
                try keep(state)
            }
            try connection.run(
                """
                INSERT INTO joined (tenant, version) VALUES ($1, $2) ON CONFLICT (tenant) DO UPDATE SET version = excluded.version
                """, .text(tenant.text), .integer(joined.version))
        }
    }

    /// Writes what differs.
    private func keepAccounts(_ joined: JoinedTenant, _ tenant: TenantID) throws {
        var missing = Dictionary(joined.accounts.map { ($0.id, $0) }) { first, _ in first }
        var gone: [AccountID] = []
        try connection.forEach(
            "SELECT account, directory, stable, mark FROM account WHERE tenant = $1", .text(tenant.text)
        ) { row in
            guard let id = AccountID(octets: row.octets(0)) else { return }
            guard let account = missing[id] else { return gone.append(id) }
            let isSame = account.directory == row.text(1) && account.stableID == row.text(2) && account.mark == row.text(3)
            if isSame { missing[id] = nil }
        }
        for id in gone { try connection.run("DELETE FROM account WHERE account = $1", .octets(id.octets)) }
        for account in missing.values {
            try connection.run(
                """
                INSERT INTO account (account, tenant, directory, stable, mark) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (account) DO UPDATE SET directory = excluded.directory, stable = excluded.stable, mark = excluded.mark
                """, .octets(account.id.octets), .text(tenant.text), .text(account.directory), .text(account.stableID),
                .text(account.mark))
        }
        try keepLogins(joined, tenant)
    }

    private func keepLogins(_ joined: JoinedTenant, _ tenant: TenantID) throws {
        var missing: [String: AccountID] = [:]
        for account in joined.accounts {
            for login in account.logins where missing[login] == nil { missing[login] = account.id }
        }
        var gone: [String] = []
        try connection.forEach("SELECT name, account FROM login WHERE tenant = $1", .text(tenant.text)) { row in
            let name = row.text(0)
            guard let account = missing[name] else { return gone.append(name) }
            if account == AccountID(octets: row.octets(1)) { missing[name] = nil }
        }
        for name in gone {
            try connection.run("DELETE FROM login WHERE name = $1 AND tenant = $2", .text(name), .text(tenant.text))
        }
        for (name, account) in missing {
            try connection.run(
                """
                INSERT INTO login (name, tenant, account) VALUES ($1, $2, $3)
                ON CONFLICT (name, tenant) DO UPDATE SET account = excluded.account
                """, .text(name), .text(tenant.text), .octets(account.octets))
        }
    }
}

extension SnapshotDatabase {
    /// Stable ids of a tenant that other tenants' directories have too.
    package func foreignIDs(of tenant: TenantID) throws -> Set<String> {
        try Set(
            connection.all(
                """
                SELECT DISTINCT o.stable FROM object o JOIN object p ON p.stable = o.stable AND p.tenant <> o.tenant
                WHERE o.tenant = $1 AND o.kind IN ('user', 'shared') AND p.kind IN ('user', 'shared')
                """, .text(tenant.text)
            ) { $0.text(0) })
    }
}
