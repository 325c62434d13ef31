internal import Glibc
internal import Logging
internal import Mail
internal import SQL

/// Writes anew what may be in memory alone since a flush failed: the message files of the hour before and of the time since, and
/// the logs of their accounts. By the mail worker, before it answers anybody; the web worker may be at work meanwhile.
///
/// A stop anywhere leaves the note, and everything is done again but for accounts whose logs are empty by then. Nothing is kept in
/// memory but an account at a time and the names of a 256th of them.
///
/// A disk that cannot be written or flushed stops it. What cannot be read, or is not ours to write, is passed over, and the operator
/// is told: nothing that is done here mends it, and everybody else waits for the worker.
struct Rewriting {
    /// How often it is tried to move a log that somebody reads; each try waits some seconds.
    private static let tries = 5
    /// Microseconds between two tries.
    private static let pause: UInt32 = 100_000

    let options: StoreOptions
    let logger: Logger
    /// Seconds since 1970: what was written before is on the disk.
    let since: Int64
    private var accounts = 0
    private var messages = 0

    private init(since: Int64, options: StoreOptions, logger: Logger) {
        (self.since, self.options, self.logger) = (since, options, logger)
    }

    var files: FileSystem { options.files }

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
        // Without it nobody knows which accounts there are.
        if let fault = files.listFault(options.root) { throw fault }
        for shelf in MailboxPaths.shelves(options.root, files) {
            if let fault = files.listFault("\(options.root)/\(shelf)") { tellOfShelf(fault) }
            for id in MailboxPaths.accounts(on: shelf, options.root, files) { try visit(id) }
        }
        logger.notice(
            "what a failed flush may have kept from the disk is written anew",
            metadata: ["accounts": "\(accounts)", "messages": "\(messages)"])
    }

    private mutating func visit(_ id: AccountID) throws {
        let paths = MailboxPaths(root: options.root, account: id)
        let before = messages
        do {
            guard try isConcerned(paths) else { return }
            try rewrite(id)
            accounts += 1
        } catch {
            guard let fault = AccountFault(error, paths, files) else { throw error }
            tell(of: fault, in: id)
            messages = before
            try rewriteFiles(of: id)
        }
    }

    /// Each change of an account is written to its log.
    private func isConcerned(_ paths: MailboxPaths) throws(FileError) -> Bool {
        if let fault = files.statusFault(paths.log) { throw fault }
        guard let size = files.size(paths.log), let modified = files.modified(paths.log) else { return false }
        return size > 0 && modified >= since
    }

    private mutating func rewrite(_ id: AccountID) throws {
        let flushes = FlushWatch(note: nil, logger: logger)
        let mailbox = try Mailbox(id: id, options: options, logger: logger, flushes: flushes)
        try rewriteMessages(of: mailbox)
        try mailbox.alone {
            // The log as it is, too, and first of all: with a hole in it on the disk, a power cut would have its beginning read
            // over what was moved from its end.
            try files.rewrite(mailbox.paths.log)
            try files.syncFileSystem(of: mailbox.paths.folder)
        }
        try moveLog(of: mailbox)
    }

    private mutating func rewriteMessages(of mailbox: Mailbox) throws {
        let first = BlobName(
            milliseconds: max(0, since) * 1_000, suffix: [UInt8](repeating: 0, count: BlobName.suffixLength))
        try mailbox.database.forEach(
            "SELECT file FROM blobs WHERE account = $1 AND file >= $2 ORDER BY file", mailbox.me, .octets(first.octets)
        ) { row in
            if let name = BlobName(octets: row.octets(0)) { try rewriteMessage(name, of: mailbox.id) }
        }
    }

    mutating func rewriteMessage(_ name: BlobName, of id: AccountID) throws(FileError) {
        let path = MailboxPaths(root: options.root, account: id).file(name)
        do { try files.rewrite(path) } catch {
            // The web worker removes messages meanwhile.
            if error.code == ENOENT { return }
            guard let fault = error.isOfReading ? error : files.fault(of: path) else { throw error }
            return tellOfMessages(fault, in: id)
        }
        messages += 1
    }

    /// Puts each page of the log into the database, on disk, and begins the log anew.
    private func moveLog(of mailbox: Mailbox) throws {
        for _ in 0..<Self.tries {
            let isMoved = try mailbox.alone {
                try files.announceSync(mailbox.paths.log)
                return try mailbox.database.checkpoint(resets: true)
            }
            if isMoved { return }
            usleep(Self.pause)
        }
        throw StoreError.unavailable(cause: "after a failed flush, the log of \(mailbox.id) cannot be moved: somebody reads it")
    }
}
