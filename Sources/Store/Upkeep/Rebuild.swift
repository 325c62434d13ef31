internal import Glibc
internal import Logging
internal import MIME
internal import Mail
internal import SQL

/// Mends an account: a broken mailbox.db is replaced by the newest good snapshot, files that it does not know come to the inbox,
/// rows without a file go, and everything derived is made anew.
struct Rebuild {
    let id: AccountID
    let options: StoreOptions
    let logger: Logger
    let flushes: FlushWatch
    private let paths: MailboxPaths
    private var report = RebuildReport()

    /// How far numbers jump over those that may have been given since the snapshot.
    private static let jump: Int64 = 1 << 32
    /// Files without a row that are younger may belong to a change that is not finished.
    private static let unfinished: Int64 = 3_600

    init(id: AccountID, options: StoreOptions, logger: Logger, flushes: FlushWatch) {
        (self.id, self.options, self.logger, self.flushes) = (id, options, logger, flushes)
        paths = MailboxPaths(root: options.root, account: id)
    }

    /// The account's databases must be closed in this process.
    mutating func run() throws -> RebuildReport {
        guard options.files.exists(paths.folder) else { throw StoreError.noSuchFolder }
        let lock = try AccountLock(path: paths.lock, files: options.files)
        let fault = try lock.waitAlone { try replaceIfBroken() }
        let mailbox = try Mailbox(id: id, options: options, logger: logger, flushes: flushes, beginsAnew: fault != nil)
        if let fault {
            logger.error("a mailbox is rebuilt", metadata: ["account": "\(id)", "fault": "\(fault)"])
            if report.snapshot == nil { try mailbox.durably { try jump(mailbox.database) } }
        }
        try removeRowsWithoutFile(mailbox)
        try settleUnknownFiles(mailbox, isReplaced: fault != nil)
        try remakeSummaries(mailbox)
        try recount(mailbox)
        try mailbox.removeIndex()
        _ = try mailbox.freshIndex()
        mailbox.checkpoint()
        return report
    }

    /// After a backup's database was put in the place of none: its numbers go on far from where they may have been, its
    /// UIDVALIDITYs are new, rows whose files did not come along go.
    ///
    /// - Returns: how many messages there are, and how many files were missing.
    mutating func settleRestored() throws -> (messages: Int, lost: Int) {
        let mailbox = try Mailbox(id: id, options: options, logger: logger, flushes: flushes)
        try mailbox.durably { try jump(mailbox.database) }
        try removeRowsWithoutFile(mailbox)
        try recount(mailbox)
        try mailbox.removeIndex()
        mailbox.checkpoint()
        let messages = try mailbox.database.first(
            "SELECT messages FROM accounts WHERE account = $1", mailbox.me
        ) { Int($0.integer(0)) }
        return (messages ?? 0, report.lost)
    }

    /// What is wrong with mailbox.db, which is put aside then and replaced; nil where it is whole.
    private mutating func replaceIfBroken() throws -> String? {
        guard let fault = Self.faults(paths.database, options.files).first else { return nil }
        // The rows of these files may have been there: then they are messages, not the rest of a change that never was.
        for role in [StoreOptions.Role.mail, .web] { try options.files.remove(paths.unfinished(role)) }
        let aside = "\(paths.folder)/damaged-\(options.now())"
        try options.files.makeFolder(aside)
        for name in ["mailbox.db", "mailbox.db-wal", "mailbox.db-shm"] where options.files.exists("\(paths.folder)/\(name)") {
            try options.files.rename("\(paths.folder)/\(name)", to: "\(aside)/\(name)")
        }
        report.databaseReplaced = true
        report.notes.append("mailbox.db was broken (\(fault)) and lies in \(aside)")
        for snapshot in Mailbox.snapshots(paths, options.files) where Self.faults(snapshot.path, options.files).isEmpty {
            try restore(snapshot.path)
            report.snapshot = snapshot.seconds
            break
        }
        report.notes.append(
            report.snapshot.map {
                "lost are changes since the snapshot of \(DateTime(seconds: $0).description): folders, flags, tags, moves, deletions"
            }
                ?? "no snapshot was good: folders, flags, tags, comments and settings are lost")
        return fault
    }

    /// What is wrong with a database as it lies on the disk; empty where SQLite finds it whole. Changes nothing.
    static func faults(_ path: String, _ files: FileSystem) -> [String] {
        guard let size = files.size(path) else { return ["it is not there"] }
        guard size > 0 else { return ["it is empty"] }
        do {
            let connection = try Connection(path: path, mode: .readWrite)
            try connection.leaveLogOnClose()
            try connection.execute("PRAGMA wal_autocheckpoint=0")
            let faults = try connection.integrityFaults()
            guard faults.isEmpty else { return faults }
            return try connection.hasTable("accounts") ? [] : ["it holds no account"]
        } catch { return ["\(error)"] }
    }

    /// Puts a copy of a snapshot in the place of the database: under its name once nothing that was given since can be given again.
    private func restore(_ snapshot: String) throws {
        let (files, draft) = (options.files, "\(paths.database).rebuilt")
        try files.remove(draft)
        try files.touch(draft)
        do {
            let copy = try Connection(path: draft, mode: .readWrite)
            try Connection(path: snapshot, mode: .immutable).copy(to: copy)
            try jump(copy)
        }
        try files.sync(draft)
        try files.rename(draft, to: paths.database)
        try files.sync(paths.folder)
    }

    /// Numbers and UIDs that were given since the snapshot must not be given again, to other messages.
    private func jump(_ database: Connection) throws {
        try database.transaction {
            try database.run(
                "UPDATE accounts SET last_number = last_number + $1, reserved_number = last_number + $1 + $2, boot = $3",
                .integer(Self.jump), .integer(Reservation.numbers), .text(options.bootID))
            var validity = try database.first("SELECT last_uid_validity FROM accounts") { $0.integer(0) } ?? 0
            for folder in try database.all("SELECT folder FROM folders ORDER BY folder", read: { $0.integer(0) }) {
                validity = max(validity + 1, options.now())
                try database.run("UPDATE folders SET uid_validity = $2 WHERE folder = $1", .integer(folder), .integer(validity))
            }
            try database.run("UPDATE accounts SET last_uid_validity = $1", .integer(validity))
            // They may have been made messages again since.
            try database.run("DELETE FROM doomed_files")
        }
    }

    private mutating func removeRowsWithoutFile(_ mailbox: Mailbox) throws {
        let blobs = try mailbox.database.all("SELECT blob, file FROM blobs WHERE account = $1", mailbox.me) { row in
            (blob: row.integer(0), file: row.octets(1))
        }
        let missing = blobs.filter { blob in
            BlobName(octets: blob.file).map { !options.files.exists(paths.file($0)) } ?? true
        }
        for blob in missing {
            try mailbox.change(durable: false) { transaction in
                try transaction.remove(try mailbox.rows(ofBlob: blob.blob), forgetsFiles: true)
            }
            report.lost += 1
        }
    }

    private mutating func recover(_ names: [BlobName], _ mailbox: Mailbox) throws {
        for name in names {
            let path = paths.file(name)
            guard !isHollow(path) else {
                try options.files.remove(path)
                continue
            }
            var scanner = SummaryScanner(prefixLimit: StoreLimits.summaryPrefix)
            try options.files.forEachPiece(of: path) { scanner.consume($0) }
            let message = PreparedMessage(
                name: name, summary: MessageSummary(scanner.finish()), flags: [], tags: [], received: name.seconds)
            try mailbox.change(durable: false) { transaction in
                let filed = try transaction.insert(message, into: try mailbox.folderID(.inbox))
                try mailbox.database.run(
                    """
                    INSERT INTO deliveries (account, delivery, message, taken) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
                    """, mailbox.me, .octets(name.suffix), .integer(filed.message.value), .integer(name.seconds))
            }
            report.recovered += 1
        }
        try mailbox.change(durable: true) { _ = try $0.nextNumber() }
    }

    /// Files without a row come to the inbox where their rows may have been lost: all of them where the database was replaced, and
    /// else those that are younger than what the database knows, as its log may be gone. The others belong to changes that never
    /// came to be, of which nobody was told, or to deliveries that were taken and deleted.
    private mutating func settleUnknownFiles(_ mailbox: Mailbox, isReplaced: Bool) throws {
        let unknown = try unknownFiles(mailbox)
        guard !isReplaced else { return try recover(unknown, mailbox) }
        let newest = try mailbox.database.first("SELECT MAX(file) FROM blobs WHERE account = $1", mailbox.me) { $0.octets(0) }
        let old = unknown.filter { $0.seconds < options.now() - Self.unfinished }
        let young = try old.filter { name in
            guard (newest ?? []).lexicographicallyPrecedes(name.octets) else { return false }
            return try mailbox.delivery(name.suffix) == nil
        }
        try recover(young, mailbox)
        let rest = Set(old).subtracting(young)
        for name in rest { try options.files.remove(paths.file(name)) }
        if !rest.isEmpty { report.notes.append("\(rest.count) files of unfinished changes were removed") }
    }

    /// Nothing of it reached the disk.
    private func isHollow(_ path: String) -> Bool {
        guard let size = options.files.size(path), size > 0 else { return true }
        return !options.files.isWritten(path, size: size)
    }

    private func unknownFiles(_ mailbox: Mailbox) throws -> [BlobName] {
        let known = try Set(mailbox.database.all("SELECT file FROM blobs WHERE account = $1", mailbox.me) { $0.octets(0) })
        let doomed = try Set(
            mailbox.database.all("SELECT file FROM doomed_files WHERE account = $1", mailbox.me) { $0.octets(0) })
        return mailbox.filesOnDisk().filter { !known.contains($0.octets) && !doomed.contains($0.octets) }
    }

    private mutating func remakeSummaries(_ mailbox: Mailbox) throws {
        let blobs = try mailbox.database.all("SELECT blob FROM blobs WHERE account = $1", mailbox.me) { $0.integer(0) }
        for blob in blobs {
            var scanner = SummaryScanner(prefixLimit: StoreLimits.summaryPrefix)
            try options.files.forEachPiece(of: try mailbox.path(ofBlob: blob)) { scanner.consume($0) }
            let summary = MessageSummary(scanner.finish())
            try mailbox.change(durable: false) { try $0.replaceSummary(summary, blob) }
            report.summaries += 1
        }
    }

    private func recount(_ mailbox: Mailbox) throws {
        try mailbox.durably {
            try mailbox.database.transaction { try mailbox.recountAll() }
        }
    }
}

extension Transaction {
    /// Gives a blob another summary, and its messages the sizes and sort keys that go with it.
    fileprivate func replaceSummary(_ summary: MessageSummary, _ blob: Int64) throws {
        for table in ["summaries", "attachments"] {
            try database.run("DELETE FROM \(table) WHERE account = $1 AND blob = $2", me, .integer(blob))
        }
        try insertSummary(summary, blob)
        try database.run(
            "UPDATE messages SET size = $3, header_size = $4, subject_key = $5, sender_key = $6 WHERE account = $1 AND blob = $2",
            me,
            .integer(blob), .number(summary.size), .number(summary.headerSize), .text(SortKey.key(summary.baseSubject)),
            .text(SortKey.key(summary.from.first?.display ?? "")))
        try database.run(
            "UPDATE blobs SET size = $3 WHERE account = $1 AND blob = $2", me, .integer(blob), .number(summary.size))
    }
}

extension Mailbox {
    /// Works every counter out again.
    func recountAll() throws {
        let ofFolder = "FROM messages m WHERE m.account = folders.account AND m.folder = folders.folder"
        try database.run(
            """
            UPDATE folders SET messages = (SELECT COUNT(*) \(ofFolder)),
                unseen = (SELECT COALESCE(SUM(m.unseen), 0) \(ofFolder)),
                deleted = (SELECT COALESCE(SUM(m.flags / 8 % 2), 0) \(ofFolder)),
                octets = (SELECT COALESCE(SUM(m.size), 0) \(ofFolder))
            WHERE account = $1
            """, me)
        try database.run(
            """
            UPDATE accounts SET messages = (SELECT COUNT(*) FROM messages WHERE account = $1),
                octets = (SELECT COALESCE(SUM(size), 0) FROM messages WHERE account = $1) WHERE account = $1
            """, me)
        try database.run(
            """
            UPDATE blobs SET links = (SELECT COUNT(*) FROM messages m WHERE m.account = blobs.account AND m.blob = blobs.blob)
            WHERE account = $1
            """, me)
        try database.run("DELETE FROM folder_threads WHERE account = $1", me)
        try database.run(
            """
            INSERT INTO folder_threads (account, folder, thread, messages, unread, latest)
            SELECT account, folder, thread, COUNT(*), SUM(unseen), MAX(received) FROM messages WHERE account = $1
            GROUP BY account, folder, thread
            """, me)
    }
}
