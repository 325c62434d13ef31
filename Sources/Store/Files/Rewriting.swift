internal import Glibc
internal import Logging
internal import Mail
internal import SQL

/// Writes anew what may be in memory alone since a flush failed: the message files of the hour before and of the time since, and
/// the logs of their accounts. By the mail worker, before it answers anybody; the web worker may be at work meanwhile.
///
/// A stop anywhere leaves the note, and everything is done again but for accounts whose logs are empty by then. Nothing is kept in
/// memory but an account at a time and the names of a 256th of them.
struct Rewriting {
    /// How often it is tried to move a log that somebody reads; each try waits some seconds.
    private static let tries = 5
    /// Microseconds between two tries.
    private static let pause: UInt32 = 100_000

    private let options: StoreOptions
    private let logger: Logger
    /// Seconds since 1970: what was written before is on the disk.
    private let since: Int64
    private var accounts = 0
    private var messages = 0

    private init(since: Int64, options: StoreOptions, logger: Logger) {
        (self.since, self.options, self.logger) = (since, options, logger)
    }

    /// Does what a note of this run of the machine wants done, and removes any note.
    ///
    /// - Throws: what failed; the note stays, and the process must not go on.
    static func settleNote(_ options: StoreOptions, logger: Logger) throws {
        let note = FailedFlushNote(options)
        // Where another flush fails meanwhile, the note stays, and it is all done again.
        while let content = try note.content() {
            if let failed = content.seconds {
                var rewriting = Rewriting(since: failed - Mailbox.longestFlush, options: options, logger: logger)
                try rewriting.run()
            }
            try note.remove(content)
        }
    }

    private mutating func run() throws {
        for shelf in MailboxPaths.shelves(options.root, options.files) {
            for id in MailboxPaths.accounts(on: shelf, options.root, options.files) where isConcerned(id) {
                do { try rewrite(id) } catch {
                    guard case .damaged(let cause) = StoreError(error) else { throw error }
                    logger.error(
                        "a damaged account is passed over after a failed flush; 'malaposta store check' tells of it",
                        metadata: ["account": "\(id)", "cause": "\(cause)"])
                }
            }
        }
        logger.notice(
            "what a failed flush may have kept from the disk is written anew",
            metadata: ["accounts": "\(accounts)", "messages": "\(messages)"])
    }

    /// Each change of an account is written to its log.
    private func isConcerned(_ id: AccountID) -> Bool {
        let log = MailboxPaths(root: options.root, account: id).log
        guard let size = options.files.size(log), let modified = options.files.modified(log) else { return false }
        return size > 0 && modified >= since
    }

    private mutating func rewrite(_ id: AccountID) throws {
        let flushes = FlushWatch(note: nil, logger: logger)
        let mailbox = try Mailbox(id: id, options: options, logger: logger, flushes: flushes)
        try rewriteMessages(of: mailbox)
        try mailbox.alone {
            // The log as it is, too, and first of all: with a hole in it on the disk, a power cut would have its beginning read
            // over what was moved from its end.
            try options.files.rewrite(mailbox.paths.log)
            try options.files.syncFileSystem(of: mailbox.paths.folder)
        }
        try moveLog(of: mailbox)
        accounts += 1
    }

    private mutating func rewriteMessages(of mailbox: Mailbox) throws {
        let first = BlobName(
            milliseconds: max(0, since) * 1_000, suffix: [UInt8](repeating: 0, count: BlobName.suffixLength))
        try mailbox.database.forEach(
            "SELECT file FROM blobs WHERE account = $1 AND file >= $2 ORDER BY file", mailbox.me, .octets(first.octets)
        ) { row in
            guard let name = BlobName(octets: row.octets(0)) else { return }
            do { try options.files.rewrite(mailbox.paths.file(name)) } catch let error as FileError where error.code == ENOENT {
                // The web worker removes messages meanwhile.
                return
            } catch let error as FileError where error.call == "read" {
                // What the disk does not give back it cannot lose any more, and all others wait for the worker.
                return logger.error(
                    "a message file cannot be read, and is passed over after a failed flush",
                    metadata: ["account": "\(mailbox.id)", "cause": "\(error)"])
            }
            messages += 1
        }
    }

    /// Puts each page of the log into the database, on disk, and begins the log anew.
    private func moveLog(of mailbox: Mailbox) throws {
        for _ in 0..<Self.tries {
            let isMoved = try mailbox.alone {
                try options.files.announceSync(mailbox.paths.log)
                return try mailbox.database.checkpoint(resets: true)
            }
            if isMoved { return }
            usleep(Self.pause)
        }
        throw StoreError.unavailable(cause: "after a failed flush, the log of \(mailbox.id) cannot be moved: somebody reads it")
    }
}
