internal import Logging
internal import MIME
internal import Mail
internal import NIOCore
internal import SQL

/// Brings messages of a backup back into an account.
///
/// An account that is there is never set back: what has come or changed since the backup stays as it is. A message whose file the
/// account still has, wherever it lies now, is left alone; one that is gone comes back into the folder that it lay in, with its
/// flags, tags, dates and comment, under a new UID. Done twice, it brings back nothing more.
struct Restoration {
    /// Messages of one transaction.
    static let batch = 64

    let mailbox: Mailbox
    /// The account's folder in the backup.
    let backup: MailboxPaths
    private let source: Connection
    private var report = RestoreReport()
    private var folders: [Int64: FolderID] = [:]
    /// The first message that was made for each blob of the backup: what shares its file becomes a copy of it.
    private var numbers: [Int64: Int64] = [:]

    /// - Throws: `.damaged` where the backup's database cannot be read, `.unavailable` where it is another account's.
    init(_ mailbox: Mailbox, from backup: MailboxPaths) throws {
        self.mailbox = mailbox
        self.backup = backup
        source = try Connection(path: backup.database, mode: .immutable)
        let owner = try source.first("SELECT id FROM accounts WHERE account = 1") { $0.octets(0) }
        guard owner == mailbox.idOctets else { throw StoreError.unavailable(cause: "the backup is another account's") }
    }

    private struct Lost {
        var folder: Int64
        var flags: SystemFlags
        var tags: [Tag]
        var received: Int64
        var message: Int64
        var blob: Int64
        var name: BlobName
    }

    mutating func run() throws -> RestoreReport {
        // What was removed just now must be gone before its files come back.
        try mailbox.flush()
        let known = try Set(
            mailbox.database.all("SELECT file FROM blobs WHERE account = $1", mailbox.me) { $0.octets(0) })
        var lost: [Lost] = []
        try source.forEach(
            """
            SELECT m.folder, m.flags, m.tags, m.received, m.message, m.blob, b.file FROM messages m
            JOIN blobs b ON b.account = m.account AND b.blob = m.blob WHERE m.account = 1 ORDER BY m.message
            """
        ) { row in
            guard let name = BlobName(octets: row.octets(6)) else { return }
            guard !known.contains(name.octets) else {
                report.kept += 1
                return
            }
            lost.append(
                Lost(
                    folder: row.integer(0), flags: SystemFlags(rawValue: UInt8(truncatingIfNeeded: row.integer(1))),
                    tags: TagColumn.read(row.optionalText(2)), received: row.integer(3), message: row.integer(4),
                    blob: row.integer(5), name: name))
        }
        var rest = lost[...]
        while !rest.isEmpty {
            try bringBack(Array(rest.prefix(Self.batch)))
            rest = rest.dropFirst(Self.batch)
        }
        return report
    }

    private mutating func bringBack(_ lost: [Lost]) throws {
        var prepared: [Int64: PreparedMessage] = [:]
        for message in lost where prepared[message.blob] == nil && numbers[message.blob] == nil {
            if let file = try fetch(message) { prepared[message.blob] = file }
        }
        for message in lost where folders[message.folder] == nil { folders[message.folder] = try folder(message.folder) }
        let (folders, before, comments, mailbox) = (folders, numbers, try comments(on: lost), mailbox)
        let (restored, after) = try mailbox.change(durable: true) { transaction in
            // The rows of a transaction that is tried again are gone.
            var numbers = before
            var count = 0
            for message in lost {
                guard let folder = folders[message.folder] else { continue }
                guard
                    let number = try transaction.bringBack(
                        prepared[message.blob], copyOf: numbers[message.blob], into: folder, comment: comments[message.message])
                else { continue }
                numbers[message.blob] = numbers[message.blob] ?? number
                count += 1
            }
            return (count, numbers)
        }
        numbers = after
        report.restored += restored
        report.lost += lost.count - restored
    }

    /// The message's file, in its old place; nil where the backup lacks it.
    private func fetch(_ message: Lost) throws -> PreparedMessage? {
        let (from, to) = (backup.file(message.name), mailbox.paths.file(message.name))
        let files = mailbox.files
        guard files.exists(from) else { return nil }
        let folder = mailbox.paths.folder(of: message.name)
        try files.makeFolder(folder)
        if !files.exists(to), try !files.link(from, to: to) { try files.copy(from, after: .init(), to: to) { _ in } }
        try files.sync(to)
        for place in [folder, mailbox.paths.messages, mailbox.paths.folder] { try files.sync(place) }
        var scanner = SummaryScanner(prefixLimit: StoreLimits.summaryPrefix)
        try files.forEachPiece(of: to) { scanner.consume($0) }
        return PreparedMessage(
            name: message.name, summary: MessageSummary(scanner.finish()), flags: message.flags, tags: message.tags,
            received: message.received)
    }

    private func comments(on lost: [Lost]) throws -> [Int64: String] {
        var comments: [Int64: String] = [:]
        for message in lost {
            comments[message.message] = try source.first(
                "SELECT comment FROM comments WHERE account = 1 AND message = $1", .integer(message.message)
            ) { $0.text(0) }
        }
        return comments
    }

    /// The folder of the same path, made where it is missing; the inbox where none can be there.
    private func folder(_ number: Int64) throws -> FolderID {
        var names: [String] = []
        var next = number
        while next != 0, names.count < 2 * StoreLimits.folderDepth {
            let row = try source.first("SELECT name, parent FROM folders WHERE account = 1 AND folder = $1", .integer(next)) {
                row in
                (row.text(0), row.integer(1))
            }
            guard let (name, parent) = row else { break }
            names.append(name)
            next = parent
        }
        let path = FolderPath(names.reversed())
        if let known = try mailbox.folderID(at: path) { return known }
        do { return try mailbox.change(durable: true) { try $0.makeFolders(at: path) } } catch let error as StoreError {
            guard case .folderNotAllowed = error else { throw error }
            return try mailbox.folderID(.inbox)
        }
    }
}

extension Transaction {
    /// Gives a message of a backup a row.
    ///
    /// - Parameters:
    ///   - number: of a message with the same file that is here already.
    /// - Returns: its number; nil where its file is missing.
    fileprivate func bringBack(
        _ file: PreparedMessage?, copyOf number: Int64?, into folder: FolderID, comment: String?
    ) throws -> Int64? {
        if let number {
            let copied = try copy(try mailbox.rows(of: [MessageID(number)]), to: folder)
            return copied.isEmpty ? nil : number
        }
        guard let file else { return nil }
        let filed = try insert(file, into: folder)
        try database.run("DELETE FROM doomed_files WHERE account = $1 AND file = $2", me, .octets(file.name.octets))
        if try isInTrash(folder) {
            try database.run(
                "UPDATE messages SET trashed = $4 WHERE account = $1 AND folder = $2 AND uid = $3", me, .integer(folder.value),
                .number(filed.uid.value), .integer(now))
        }
        if let comment {
            try database.run(
                "INSERT INTO comments (account, message, comment) VALUES ($1, $2, $3)", me, .integer(filed.message.value),
                .text(comment))
        }
        return filed.message.value
    }
}

/// What `restore` did to one account.
package struct RestoreReport: Codable, Sendable, Hashable {
    /// Whether the account was not there, and is as it was backed up, under new UIDVALIDITYs.
    package var isWhole = false
    /// Messages that came back.
    package var restored = 0
    /// Messages of the backup that the account still has; they stay as they are now.
    package var kept = 0
    /// Messages of the backup whose files are missing in it.
    package var lost = 0

    package init() {}
}
