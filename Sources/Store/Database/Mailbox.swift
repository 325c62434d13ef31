internal import Logging
internal import Mail
internal import SQL

/// An account's databases and files while they are open. Used on the account's lane alone.
final class Mailbox {
    let id: AccountID
    let paths: MailboxPaths
    let options: StoreOptions
    let logger: Logger
    let flushes: FlushWatch
    let database: Connection
    private let lock: AccountLock
    /// The account's key in every table; a SQLite file holds one account.
    let me: SQLValue = 1
    /// Of the file that is open: a rebuild puts another in its place.
    private let identity: FileIdentity?
    /// Of the file system that holds it all.
    var device: UInt64 { identity?.device ?? 0 }

    /// Opened when it is first needed.
    var index: SearchIndex?
    /// UIDs of folders, with the highest mod-sequence that they stand for.
    var uidLists: [FolderID: CachedUIDs] = [:]
    var unflushed = Unflushed()
    /// Messages that were added, and whose flush was running when they were last looked at.
    var additions: [Addition] = []
    /// Opened when it is first needed.
    var unfinished: NoteFile?
    /// Opened when a message is first read.
    var messageFolder: MessageFolder?
    /// Folders of message files whose entries, and those above them, this process has flushed.
    var durableFolders: Set<String> = []
    /// When the next snapshot is due; looked up when it is first asked for.
    var nextSnapshot: Int64 = 0

    var files: FileSystem { options.files }
    var isMail: Bool { options.role == .mail }

    /// Opens an account, and makes it where it is new.
    ///
    /// - Parameters:
    ///   - cache: octets of its pages kept in memory at most.
    ///   - beginsAnew: whether a new database is made even where there is mail; a rebuild alone does.
    /// - Throws: `.newerSchema` where this process may not change the schema, or does not know it; `.damaged` where there is mail
    ///   and no database that knows it: a new one would hide the mail, and give its UIDs again.
    init(
        id: AccountID, options: StoreOptions, logger: Logger, flushes: FlushWatch, cache: Int = PageCache.most,
        beginsAnew: Bool = false
    ) throws {
        self.id = id
        self.options = options
        self.logger = logger
        self.flushes = flushes
        paths = MailboxPaths(root: options.root, account: id)
        let changed = try options.files.makeFolder(paths.folder)
        let hasMail = !beginsAnew && paths.holdMail(options.files)
        if hasMail, !options.files.exists(paths.database) { throw StoreError.damaged(cause: "mailbox.db is not there") }
        lock = try AccountLock(path: paths.lock, files: options.files)
        try options.files.touch(paths.database)
        identity = options.files.identity(paths.database)
        database = try Connection(path: paths.database, mode: .readWrite)
        try database.setPageSize(octets: Self.pageSize)
        try database.useWriteAheadLog(checkpoints: false)
        try database.setCache(octets: cache)
        try database.setLogSize(octets: Self.busyLog * Self.pageSize)
        if hasMail, try database.schemaVersion() == 0 { throw StoreError.damaged(cause: "mailbox.db holds no account") }
        try prepareSchema()
        for folder in changed { try options.files.sync(folder) }
        try settleAfterBoot()
        removeUnfinished()
    }

    /// Makes a new database complete; takes an older one to today's schema, by the mail worker alone.
    private func prepareSchema() throws {
        let version = try database.schemaVersion()
        guard version <= Schema.migrations.count else { throw StoreError.newerSchema }
        if version > 0, version < Schema.migrations.count {
            guard isMail else { throw StoreError.newerSchema }
            try makeSnapshot()
        }
        if version < Schema.migrations.count { try lock.waitAlone { try database.migrate(Schema.migrations) } }
        try lock.shared { try database.setStatistics(Statistics.mailbox) }
        guard try database.first("SELECT 1 FROM accounts WHERE account = $1", me, read: { _ in true }) == nil else { return }
        try lock.shared {
            try durably {
                try database.transaction { try makeAccount() }
            }
        }
    }

    private func makeAccount() throws {
        let exists = try database.first("SELECT 1 FROM accounts WHERE account = $1", me) { _ in true }
        guard exists == nil else { return }
        let now = options.now()
        try database.run(
            """
            INSERT INTO accounts (account, id, boot, created, last_number, reserved_number, last_uid_validity, octets, messages)
            VALUES ($1, $2, $3, $4, 0, $5, $6, 0, 0)
            """, me, .octets(idOctets), .text(options.bootID), .integer(now), .integer(Reservation.numbers), .integer(now))
        let transaction = try Transaction(self)
        for use in SpecialUse.allCases { _ = try transaction.makeFolder(parent: nil, name: use.name, use: use) }
        for use in SpecialUse.allCases { try setSubscribed(FolderPath([use.name]), true) }
        try transaction.finish()
    }

    var idOctets: [UInt8] { (0..<16).map { UInt8(truncatingIfNeeded: id.value >> (120 - 8 * UInt128($0))) } }

    /// Runs `body` in one transaction with the account's counters, all of it or nothing. `body` runs again where numbers had to
    /// be reserved first, so it changes nothing but the database.
    ///
    /// - Parameter durable: whether it is on disk when this returns.
    func change<Result>(durable: Bool, _ body: (Transaction) throws -> Result) throws -> Result {
        let outcome = try attempt(durable: durable, body)
        if let notice = outcome.notice { changed?(notice) }
        return outcome.result
    }

    /// Whether mailbox.db is still the file that is open here. The mail worker itself is who replaces it.
    var isInPlace: Bool { isMail || files.identity(paths.database) == identity }

    /// Told of each commit's highest mod-sequence.
    var changed: ((ModSequence) -> Void)?
    /// Told when the log is to be moved without waiting for upkeep, once until that was tried.
    var logGrewLong: (() -> Void)?
    var hasToldOfLog = false

    private func attempt<Result>(
        durable: Bool, _ body: (Transaction) throws -> Result
    ) throws -> (result: Result, notice: ModSequence?) {
        var demand: Int64 = 1
        while true {
            do {
                let outcome = try lock.shared {
                    try self.durably(durable) {
                        try database.transaction {
                            guard isInPlace else { throw StoreError.busy }
                            let transaction = try Transaction(self)
                            let result = try body(transaction)
                            return (result, try transaction.finish())
                        }
                    }
                }
                lookAtLog()
                return outcome
            } catch let exhausted as Reservation.Exhausted {
                try lock.shared { try reserve(for: exhausted, demand: demand) }
                demand *= 4
            }
        }
    }

    /// What is committed within `body` is on disk when it returns.
    func durably<Result>(_ isDurable: Bool = true, _ body: () throws -> Result) throws -> Result {
        guard isDurable else { return try body() }
        try files.announceSync(paths.log)
        try database.setDurability(.durable)
        defer { try? database.setDurability(.ordered) }
        let result = try body()
        try flushes.confirm()
        return result
    }

    /// A message is a row in some twenty tables and indexes, so each transaction writes about as many pages into the log, most of
    /// them for a few octets: the smaller they are, the less reaches the disk. Yet a row of `messages` has to fit in a quarter.
    private static let pageSize = 2_048

    /// Pages that may wait in a log: beyond the first number it is moved in upkeep, beyond the second soon, and beyond the third, for
    /// a disk that cannot keep up, by whoever commits. What changes again and again is moved once.
    private static let longLog = 2_000
    private static let busyLog = 16_000
    private static let logLimit = 32_000

    private func lookAtLog() {
        guard isMail else { return }
        let pages = database.pagesInLog
        if pages > Self.busyLog, !hasToldOfLog {
            hasToldOfLog = true
            logGrewLong?()
        }
        if pages > Self.logLimit { checkpoint() }
    }

    /// The logs that are to be moved.
    var longLogs: [String] {
        guard isMail else { return [] }
        let isLong = database.pagesInLog > Self.longLog
        return (isLong ? [paths.log] : []) + (index?.hasLongLog == true ? [paths.searchLog] : [])
    }

    func moveLongLogs() {
        if database.pagesInLog > Self.longLog { checkpoint() }
        if index?.hasLongLog == true { checkpointIndex() }
    }

    func checkpoint() { checkpoint(database, of: "a mailbox") }

    /// Moves the log of one of the account's databases into it unless somebody writes just now. Only the mail worker does.
    func checkpoint(_ connection: Connection, of what: String) {
        guard isMail else { return }
        do { _ = try lock.alone { try connection.checkpoint(resets: false) } } catch {
            flushes.look(at: error)
            logger.warning("\(what)'s log could not be moved", metadata: ["account": "\(id)", "error": "\(error)"])
        }
    }

    func shared<Result>(_ body: () throws -> Result) throws -> Result { try lock.shared(body) }

    func alone<Result>(_ body: () throws -> Result) throws -> Result { try lock.waitAlone(body) }
}
