internal import Directory
internal import Mail
internal import MailConfiguration
internal import SQL
internal import TLS

/// `control.db`, open. Used by one thread at a time. Times are seconds since 1970.
struct ControlDatabase {
    let connection: Connection

    /// Revocations that a worker can still ask for.
    static let keptRevocations: Int64 = 10_000

    /// Makes the database and its folder where there is none.
    init(_ folders: HostFolders) throws {
        try Disk.makeFolder(folders.data, mode: 0o755)
        try Disk.makeFolder(folders.control, mode: 0o700)
        connection = try Connection(path: folders.database)
        try Disk.setMode(folders.database, 0o600)
        // No write-ahead log: commands and the running control plane open it side by side, and SQLite before 3.51.3 can damage
        // a log that two connections reset at once. Writes here are few.
        try connection.run("PRAGMA journal_mode=DELETE")
        try connection.setDurability(.durable)
        try connection.migrate(ControlSchema.migrations)
    }

    // MARK: Suspensions

    func suspended() throws -> Set<AccountID> {
        try Set(connection.all("SELECT account FROM suspension") { AccountID(octets: $0.octets(0)) }.compactMap(\.self))
    }

    func suspend(_ account: AccountID, at now: Int64) throws {
        try connection.run(
            "INSERT INTO suspension (account, at) VALUES ($1, $2) ON CONFLICT (account) DO NOTHING", .octets(account.octets),
            .integer(now))
    }

    func resume(_ account: AccountID) throws -> Bool {
        try connection.run("DELETE FROM suspension WHERE account = $1", .octets(account.octets)) > 0
    }

    // MARK: Retired accounts

    struct Retired {
        var account: DirectoryAccount
        var purgeAfter: Int64
    }

    /// Retired accounts that are in memory at once.
    static let retiredPage = 100

    /// In the order of their ids; `body` may change them.
    func forEachRetired(_ body: (Retired) throws -> Void) throws {
        var last = AccountID(0)
        while true {
            let page = try retired(after: last)
            for retired in page { try body(retired) }
            guard let end = page.last?.account.id else { return }
            last = end
        }
    }

    /// - Parameter due: only those whose mail is to be deleted by then.
    func retired(after account: AccountID, due: Int64 = .max) throws -> [Retired] {
        try connection.all(
            """
            SELECT record, purge_after FROM retired WHERE account > $1 AND purge_after <= $2 ORDER BY account LIMIT $3
            """, .octets(account.octets), .integer(due), .number(Self.retiredPage)
        ) { row in
            try Retired(account: RecordCoding.read(DirectoryAccount.self, row.octets(0)), purgeAfter: row.integer(1))
        }
    }

    func retired(_ account: AccountID) throws -> Retired? {
        try connection.first("SELECT record, purge_after FROM retired WHERE account = $1", .octets(account.octets)) { row in
            try Retired(account: RecordCoding.read(DirectoryAccount.self, row.octets(0)), purgeAfter: row.integer(1))
        }
    }

    func isRetired(_ account: AccountID) throws -> Bool {
        try connection.first("SELECT 1 FROM retired WHERE account = $1", .octets(account.octets)) { _ in true } ?? false
    }

    /// - Parameter account: lives until now: what is written down of an earlier retirement was never in force.
    func retire(_ account: DirectoryAccount, at now: Int64, purgeAfter: Int64) throws {
        try connection.run(
            """
            INSERT INTO retired (account, record, at, purge_after) VALUES ($1, $2, $3, $4)
            ON CONFLICT (account) DO UPDATE SET record = excluded.record, at = excluded.at, purge_after = excluded.purge_after
            """, .octets(account.id.octets), .utf8(RecordCoding.buffer(account)), .integer(now), .integer(purgeAfter))
    }

    func revive(_ account: AccountID) throws {
        try connection.run("DELETE FROM retired WHERE account = $1", .octets(account.octets))
    }

    /// Forgets an account that is deleted, with all that commands have set for it: whoever has its id later is somebody new.
    func forget(_ account: AccountID) throws {
        try revive(account)
        try connection.run("DELETE FROM password WHERE account = $1", .octets(account.octets))
        try connection.run("DELETE FROM suspension WHERE account = $1", .octets(account.octets))
        try connection.run("DELETE FROM application_password WHERE account = $1", .octets(account.octets))
    }

    // MARK: Passwords

    func setPassword(_ hash: String, of account: AccountID, at now: Int64) throws {
        try connection.run(
            """
            INSERT INTO password (account, hash, at) VALUES ($1, $2, $3)
            ON CONFLICT (account) DO UPDATE SET hash = excluded.hash, at = excluded.at
            """, .octets(account.octets), .text(hash), .integer(now))
    }

    func commandPassword(of account: AccountID) throws -> String? {
        try connection.first("SELECT hash FROM password WHERE account = $1", .octets(account.octets)) { $0.text(0) }
    }

    /// The hash that the files of an applied set carry, and where.
    func filePassword(of account: AccountID, applied: Int64) throws -> FilePassword? {
        try connection.first(
            """
            SELECT p.hash, p.position FROM file_password p JOIN applied_password_set s ON s.set_digest = p.set_digest
            WHERE p.account = $1 AND s.applied = $2
            """, .octets(account.octets), .integer(applied)
        ) { try FilePassword(hash: $0.text(0), position: RecordCoding.read(SourcePosition.self, $0.text(1))) }
    }

    func filePasswords(applied: Int64) throws -> [AccountID: FilePassword] {
        let rows = try connection.all(
            """
            SELECT p.account, p.hash, p.position FROM file_password p
            JOIN applied_password_set s ON s.set_digest = p.set_digest WHERE s.applied = $1
            """, .integer(applied)
        ) { row in
            try (
                AccountID(octets: row.octets(0)),
                FilePassword(hash: row.text(1), position: RecordCoding.read(SourcePosition.self, row.text(2)))
            )
        }
        var passwords: [AccountID: FilePassword] = [:]
        for (account, password) in rows { if let account { passwords[account] = password } }
        return passwords
    }

    // MARK: Revocations

    /// Notes what `body` revokes. Those of one change are all known until the next one; of earlier ones the last
    /// `keptRevocations`.
    ///
    /// - Returns: their numbers; nil where there are none.
    func revoking(at now: Int64, _ body: (_ revoke: (AccountID, SessionEnd) throws -> Void) throws -> Void) throws -> ClosedRange<
        Int64
    >? {
        let latest = try latestRevocation()
        try connection.run("DELETE FROM revocation WHERE number <= $1", .integer(latest - Self.keptRevocations))
        try body { account, reason in
            try connection.run(
                "INSERT INTO revocation (account, reason, at) VALUES ($1, $2, $3)", .octets(account.octets),
                .text(reason.rawValue), .integer(now))
        }
        let last = try latestRevocation()
        return last > latest ? latest + 1...last : nil
    }

    private func latestRevocation() throws -> Int64 {
        try connection.first("SELECT MAX(number) FROM revocation") { $0.integer(0) } ?? 0
    }

    func revocations(after number: Int64, upTo last: Int64, most: Int) throws -> [Revocation] {
        let rows = try connection.all(
            "SELECT number, account, reason FROM revocation WHERE number > $1 AND number <= $2 ORDER BY number LIMIT $3",
            .integer(number), .integer(last), .number(most)
        ) { row -> Revocation? in
            guard let account = AccountID(octets: row.octets(1)), let reason = SessionEnd(rawValue: row.text(2)) else {
                return nil
            }
            return Revocation(number: row.integer(0), account: account, reason: reason)
        }
        return rows.compactMap(\.self)
    }

    /// For a worker that was away: at most the last `keptRevocations`.
    func revocations(after number: Int64?) throws -> RevocationsQuestion.Answer {
        let latest = try latestRevocation()
        guard let number else { return RevocationsQuestion.Answer(latest: latest, revocations: []) }
        let first = latest - Self.keptRevocations
        let oldest = try connection.first("SELECT MIN(number) FROM revocation WHERE number > $1", .integer(first)) {
            $0.optionalInteger(0)
        }.flatMap(\.self)
        let revocations = try revocations(after: max(number, first), upTo: latest, most: Int(Self.keptRevocations))
        return RevocationsQuestion.Answer(latest: latest, revocations: revocations, oldest: oldest)
    }
}

/// A hash that stands in the files.
struct FilePassword: Equatable {
    var hash: String
    var position: SourcePosition
}
