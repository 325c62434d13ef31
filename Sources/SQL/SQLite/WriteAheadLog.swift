internal import CSQLite

extension Connection {
    /// How much of a commit waits for the disk.
    package enum Durability: String, Sendable {
        /// A commit is ordered, and on disk after the next flush of the log.
        case ordered = "NORMAL"
        /// A commit, and all before it, is on disk when it returns. Without a write-ahead log a commit is the removal of its journal:
        /// only EXTRA flushes the folder after it, else a power cut would undo the commit.
        case durable = "EXTRA"
    }

    /// Sets the database up for several processes: write-ahead log, no memory mapping.
    ///
    /// - Parameter checkpoints: whether this process alone moves the log into the database. Others must not, also not when they
    ///   close it: SQLite before 3.51.3 can damage a log that two connections reset at once.
    package func useWriteAheadLog(checkpoints: Bool) throws(SQLError) {
        // First of all: of a database that is too broken for what follows, the log is left too.
        if !checkpoints { try leaveLogOnClose() }
        try execute("PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY")
        try run("PRAGMA journal_mode=WAL")
        try run("PRAGMA synchronous=NORMAL")
        try run("PRAGMA wal_autocheckpoint=0")
        log.listen(to: database)
    }

    /// Pages that wait in the log to be moved into the database, as far as this connection knows: after its last commit, without
    /// those that it has moved itself.
    package var pagesInLog: Int { log.pages - log.moved }

    /// Closing this connection moves nothing from the log into the database, also where no other one is open.
    package func leaveLogOnClose() throws(SQLError) {
        try database.check(unsafe malaposta_sqlite3_switch(database.pointer, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1))
    }

    /// For the next transactions; not inside one.
    package func setDurability(_ durability: Durability) throws(SQLError) {
        try run(durability == .durable ? "PRAGMA synchronous=EXTRA" : "PRAGMA synchronous=NORMAL")
    }

    /// Octets of a page, a power of two from 512 on, in a database that is made now; an older one keeps its own. To be called before
    /// `useWriteAheadLog`.
    package func setPageSize(octets: Int) throws(SQLError) { try execute("PRAGMA page_size=\(octets)") }

    /// Octets of database pages kept in memory at most.
    package func setCache(octets: Int) throws(SQLError) { try execute("PRAGMA cache_size=-\(octets / 1024)") }

    /// Octets that a log's file is cut to when it begins anew after it has grown beyond them.
    package func setLogSize(octets: Int) throws(SQLError) { try run("PRAGMA journal_size_limit=\(octets)") }

    /// Moves what the log holds into the database, as far as readers allow.
    ///
    /// - Parameter resets: also begins the log anew; the caller keeps every other writer away.
    /// - Returns: whether all of the log was moved.
    @discardableResult
    package func checkpoint(resets: Bool) throws(SQLError) -> Bool {
        var frames: Int32 = 0
        var moved: Int32 = 0
        let mode = resets ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE
        let code = unsafe sqlite3_wal_checkpoint_v2(database.pointer, nil, mode, &frames, &moved)
        guard code & 0xff != SQLITE_BUSY else { return false }
        try database.check(code)
        log.moved = max(0, Int(moved))
        return frames == moved
    }

    /// What is wrong with the database's own structure; empty where nothing is.
    package func integrityFaults(limit: Int = 20) throws -> [String] {
        try all("PRAGMA integrity_check(\(limit))") { row in row.text(0) }.filter { $0 != "ok" }
    }
}

/// Hears from SQLite how long a log is (sqlite3_wal_hook(3)). Outlives the handle that it listens to.
final class LogLength {
    private(set) var pages = 0 {
        // Shorter than what was moved: it has begun anew.
        didSet { if pages < moved { moved = 0 } }
    }
    /// Those at its beginning that are in the database.
    fileprivate(set) var moved = 0

    func listen(to database: borrowing DatabaseHandle) {
        unsafe sqlite3_wal_hook(
            database.pointer,
            { length, _, _, pages in
                if let length = unsafe length {
                    unsafe Unmanaged<LogLength>.fromOpaque(length).takeUnretainedValue().pages = Int(pages)
                }
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }
}
