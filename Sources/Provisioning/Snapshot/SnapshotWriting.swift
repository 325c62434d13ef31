internal import Directory
internal import LDAP
package import Mail
package import MailConfiguration
internal import SQL

/// One reading of a directory on its way into the snapshot: entries go into a temporary table as they come, so that the
/// directory is never in memory as a whole; what differs from the snapshot is found and written at the end.
package final class SnapshotWriting {
    let database: SnapshotDatabase
    let tenant: TenantID
    let directory: String
    /// In which an account's addresses are.
    let domains: Set<DomainName>
    private(set) var found: [EntryFinding] = []
    private var leftOut = 0
    /// How far the directory has been listened to with this reading; nil leaves what is known of that.
    var cookies: SyncCookies?
    /// Whether every entry was read, and not only what has changed.
    var isWhole = true
    /// Rows that are written at once, as each transaction costs more than its row.
    static let batch = 500
    private var entries: [Staged] = []
    /// The version of the snapshot that the reading is compared with; nil where more was read since.
    var compared: Int64?
    /// What the server says of entries without their content.
    var told: [(kind: DirectoryNames.Kind, uuid: String, isUnchanged: Bool)] = []

    private struct Staged {
        var kind: DirectoryNames.Kind
        var mapped: EntryMapping.Mapped
        var uuid: String
    }

    package init(_ database: SnapshotDatabase, tenant: TenantID, directory: String, domains: Set<DomainName>) throws {
        self.database = database
        self.tenant = tenant
        self.directory = directory
        self.domains = domains
        try database.connection.execute(
            """
            DROP TABLE IF EXISTS staged;
            DROP TABLE IF EXISTS differing;
            DROP TABLE IF EXISTS gone;
            CREATE TEMPORARY TABLE staged (
                kind TEXT NOT NULL, stable TEXT NOT NULL, record TEXT NOT NULL, uuid TEXT NOT NULL, PRIMARY KEY (kind, stable));
            CREATE TEMPORARY TABLE differing (
                kind TEXT NOT NULL, stable TEXT NOT NULL, PRIMARY KEY (kind, stable)) WITHOUT ROWID;
            CREATE TEMPORARY TABLE gone (
                kind TEXT NOT NULL, stable TEXT NOT NULL, PRIMARY KEY (kind, stable)) WITHOUT ROWID;
            """)
        try makeAddressTables()
    }

    /// - Parameter uuid: by which the server tells of the entry later; empty where it does not.
    package func add(_ mapped: EntryMapping.Mapped, _ kind: DirectoryNames.Kind, uuid: String = "") throws {
        for finding in mapped.object.findings {
            note(EntryFinding(finding: finding, kind: kind, stableID: mapped.stableID, uuid: uuid))
        }
        entries.append(Staged(kind: kind, mapped: mapped, uuid: uuid))
        if entries.count >= Self.batch { try flush() }
    }

    /// Writes what waits to be written; before anything is asked of the tables. They are this connection's own: nobody waits.
    func flush() throws {
        guard !entries.isEmpty || !told.isEmpty else { return }
        compared = nil
        try database.connection.snapshot {
            for entry in entries { try stage(entry) }
            for (kind, uuid, isUnchanged) in told { try stage(kind, uuid, isUnchanged) }
        }
        entries.removeAll(keepingCapacity: true)
        told.removeAll(keepingCapacity: true)
    }

    private func stage(_ entry: Staged) throws {
        let isNew = try database.connection.run(
            "INSERT INTO staged (kind, stable, record, uuid) VALUES ($1, $2, $3, $4) ON CONFLICT (kind, stable) DO NOTHING",
            .text(entry.kind.rawValue), .text(entry.mapped.stableID), .utf8(RecordCoding.buffer(entry.mapped.object)),
            .text(entry.uuid))
        guard isNew == 0 else { return }
        note(EntryFinding(finding: .duplicateID(entry.mapped), kind: entry.kind, uuid: entry.uuid))
    }

    package var findings: [DirectoryFinding] { found.map(\.finding) }

    func note(_ finding: EntryFinding) {
        guard found.count < SnapshotDatabase.mostFindings else { return leftOut += 1 }
        found.append(finding)
    }

    /// Notes whose password changed since the snapshot, as far as the directory tells.
    ///
    /// - Returns: how many.
    private func noteChangedPasswords() throws -> Int {
        var count = 0
        try database.connection.forEach(
            """
            SELECT d.stable, o.record, s.record FROM differing d
            CROSS JOIN staged s ON s.kind = d.kind AND s.stable = d.stable
            CROSS JOIN object o ON o.tenant = $1 AND o.directory = $2 AND o.kind = d.kind AND o.stable = d.stable
            WHERE d.kind = $3 AND o.record <> s.record
            """, .text(tenant.text), .text(directory), .text(DirectoryNames.Kind.user.rawValue)
        ) { row in
            let before = try RecordCoding.read(DirectoryObject.self, row.octets(1)).passwordMark
            let after = try RecordCoding.read(DirectoryObject.self, row.octets(2)).passwordMark
            guard before != nil, before != after else { return }
            try database.noteChangedPassword(row.text(0), tenant, directory)
            count += 1
        }
        return count
    }

    /// Puts the reading into the snapshot, in one transaction. What differs is known before it: whoever else has something to write
    /// waits only while that is written.
    ///
    /// - Returns: how many passwords changed.
    package func commit(_ difference: SnapshotDifference, at now: Int64) throws -> Int {
        try flush()
        let connection = database.connection
        return try connection.transaction {
            // Another program that keeps this host may have written meanwhile.
            let isOutdated = try compared != database.version(of: tenant)
            if isOutdated { try compare() }
            try noteLosing()
            let passwords = try noteChangedPasswords()
            try apply(at: now)
            try database.replaceFindings(found, tenant, directory)
            if let cookies { try database.keep(cookies, tenant, directory) }
            try noteSuccess(isChange: isOutdated || !difference.isEmpty, at: now)
            return passwords
        }
    }

    private func apply(at now: Int64) throws {
        let connection = database.connection
        let place: [SQLValue] = [.text(tenant.text), .text(directory)]
        // All wait for their return: accounts with their mail, groups and aliases with their addresses.
        try connection.run(
            """
            UPDATE object SET missing_since = $3 WHERE tenant = $1 AND directory = $2 AND missing_since = 0
            AND (kind, stable) IN (SELECT kind, stable FROM gone)
            """, values: place + [.integer(now)])
        // In the order in which the snapshot has them.
        try connection.run(
            """
            INSERT INTO object (tenant, directory, kind, stable, record, uuid, first_seen, missing_since)
            SELECT $1, $2, s.kind, s.stable, s.record, s.uuid, $3, 0
            FROM differing d CROSS JOIN staged s WHERE s.kind = d.kind AND s.stable = d.stable
            ON CONFLICT (tenant, directory, kind, stable) DO UPDATE SET record = excluded.record, missing_since = 0,
                uuid = CASE WHEN excluded.uuid = '' THEN object.uuid ELSE excluded.uuid END
            """, values: place + [.integer(now)])
    }

    private func noteSuccess(isChange: Bool, at now: Int64) throws {
        var state = try database.state(tenant, directory)
        state.lastSync = now
        if isWhole { state.lastWhole = now }
        state.failingSince = nil
        state.failure = nil
        state.held = nil
        try state.count(database, changed: isChange)
        state.findings = try found.count + leftOut + database.joinFindings(tenant, directory)
        try database.keep(state)
    }
}

extension DirectoryState {
    /// Counts what the snapshot has.
    mutating func count(_ database: SnapshotDatabase, changed: Bool) throws {
        let rows = try database.connection.all(
            """
            SELECT kind, SUM(CASE WHEN missing_since = 0 THEN 1 ELSE 0 END), SUM(CASE WHEN missing_since > 0 THEN 1 ELSE 0 END)
            FROM object WHERE tenant = $1 AND directory = $2 GROUP BY kind
            """, .text(tenant.text), .text(directory)
        ) { ($0.text(0), Int($0.integer(1)), Int($0.integer(2))) }
        (users, sharedMailboxes, groups, aliases, missing) = (0, 0, 0, 0, 0)
        for (kind, present, gone) in rows {
            switch DirectoryNames.Kind(rawValue: kind) {
            case .user: users = present
            case .shared: sharedMailboxes = present
            case .group: groups = present
            case .alias: aliases = present
            case nil: break
            }
            if kind == DirectoryNames.Kind.user.rawValue || kind == DirectoryNames.Kind.shared.rawValue { missing += gone }
        }
        if changed { version = try database.version(of: tenant) + 1 }
    }
}
