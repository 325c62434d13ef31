internal import Logging
internal import MIME
internal import NIOCore
internal import SQL

/// search.db: the words of each blob, the fields of its header that people search in, close together and in lower case, and those
/// that clients ask for, as they stand. Derived from files and summaries, and made anew whenever it is in doubt. Its rows are
/// numbered as the blobs are; rows of blobs that are gone are harmless, as every answer is joined with the messages.
final class SearchIndex {
    let connection: Connection

    /// Messages in one transaction of the index.
    private static let batch = 100
    /// Pages that may wait in its log: beyond the first number it is moved in upkeep, beyond the second after a batch.
    private static let longLog = 1_000
    private static let logLimit = 8_000
    private static let pageSize = 4_096
    /// Backlog that a search has to wait for a second or two.
    fileprivate static let farBehind: Int64 = 5_000
    /// Another number means another way of making words: the index is made anew.
    private static let version = 3

    init(path: String, files: FileSystem) throws {
        try files.touch(path)
        connection = try Connection(path: path, mode: .readWrite)
        try connection.setPageSize(octets: Self.pageSize)
        try connection.useWriteAheadLog(checkpoints: false)
        try connection.setCache(octets: 1 << 20)
        try connection.setLogSize(octets: Self.logLimit * Self.pageSize)
        // A transaction of its own: two processes may come here at once.
        try connection.transaction {
            guard try !connection.hasTable("progress") else { return }
            try connection.execute(
                """
                CREATE VIRTUAL TABLE texts USING fts5(subject, people, body, content='', tokenize='unicode61 remove_diacritics 2');
                CREATE TABLE headers (
                    blob INTEGER PRIMARY KEY, subject TEXT, message_id TEXT, from_list TEXT, to_list TEXT, cc_list TEXT, bcc_list TEXT);
                -- See KeptFields.swift; no row where they are too long.
                CREATE TABLE kept (blob INTEGER PRIMARY KEY, fields BLOB NOT NULL);
                CREATE TABLE progress (version BIGINT NOT NULL, blob BIGINT NOT NULL);
                """)
            try connection.run("INSERT INTO progress (version, blob) VALUES ($1, 0)", .number(Self.version))
        }
        let version = try connection.first("SELECT version FROM progress") { row in Int(row.integer(0)) }
        guard version == Self.version else { throw SQLError(.damaged, "search.db is of another version") }
    }

    var hasLongLog: Bool { connection.pagesInLog > Self.longLog }
    fileprivate var isLogFull: Bool { connection.pagesInLog > Self.logLimit }

    /// Whether every blob was taken in; asks for no lock.
    func isFresh(for mailbox: Mailbox) throws -> Bool { try backlog(of: mailbox) == 0 }

    /// How many numbers, those of blobs and of changes between them, the newest blob is ahead of the index.
    func backlog(of mailbox: Mailbox) throws -> Int64 {
        let newest = try ofMailbox {
            try mailbox.database.first("SELECT MAX(blob) FROM blobs WHERE account = $1", mailbox.me) { $0.integer(0) } ?? 0
        }
        let reached = try connection.first("SELECT blob FROM progress") { $0.integer(0) } ?? 0
        return max(0, newest - reached)
    }

    /// Takes in the next blobs.
    ///
    /// - Returns: whether there may be more.
    func takeBatch(of mailbox: Mailbox) throws -> Bool {
        try connection.transaction {
            let last = try connection.first("SELECT blob FROM progress") { row in row.integer(0) } ?? 0
            let next = try ofMailbox {
                try mailbox.database.all(
                    """
                    SELECT b.blob, b.file, s.subject, s.message_id, s.from_list, s.to_list, s.cc_list, s.bcc_list FROM blobs b
                    JOIN summaries s ON s.account = b.account AND s.blob = b.blob
                    WHERE b.account = $1 AND b.blob > $2 ORDER BY b.blob LIMIT $3
                    """, mailbox.me, .integer(last), .number(Self.batch)
                ) { row in (blob: row.integer(0), file: row.octets(1), header: (2..<8).map { row.text($0) }) }
            }
            for blob in next {
                let (text, fields) = mailbox.indexed(BlobName(octets: blob.file))
                let people = blob.header.dropFirst(2).joined(separator: "\n")
                try connection.run(
                    "INSERT INTO texts (rowid, subject, people, body) VALUES ($1, $2, $3, $4)", .integer(blob.blob),
                    .text(SearchWords.separated(blob.header[0])), .text(SearchWords.separated(people)),
                    .text(SearchWords.separated(text)))
                try connection.run(
                    """
                    INSERT INTO headers (blob, subject, message_id, from_list, to_list, cc_list, bcc_list)
                    VALUES ($1, $2, $3, $4, $5, $6, $7)
                    """, values: [.integer(blob.blob)] + blob.header.map { .text($0.lowercased()) })
                if let fields {
                    try connection.run("INSERT INTO kept (blob, fields) VALUES ($1, $2)", .integer(blob.blob), .octets(fields))
                }
            }
            guard let newest = next.last else { return false }
            try connection.run("UPDATE progress SET blob = $1", .integer(newest.blob))
            return next.count == Self.batch
        }
    }

    /// Reads mailbox.db. What is wrong there is thrown as a `StoreError`, and so never taken for a fault of the index.
    private func ofMailbox<Result>(_ body: () throws -> Result) throws -> Result { try StoreError.wrapping(body) }

    /// The kept fields of a blob's header, one after the other; nil where there are none of it yet, or none kept.
    func keptFields(of blob: Int64) throws -> ByteBuffer? {
        try connection.first("SELECT fields FROM kept WHERE blob = $1", .integer(blob)) { $0.buffer(0) }
    }

    /// The blobs whose field has the text in it, without case.
    ///
    /// - Parameter column: of the table of headers.
    func blobs(column: String, contains text: String) throws -> [Int64] {
        let text = text.lowercased()
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
            // A letter with a mark is spelled in more than one way, which the database does not know.
            return try connection.all("SELECT blob, \(column) FROM headers") { row in
                row.text(1).contains(text) ? row.integer(0) : nil
            }.compactMap(\.self)
        }
        return try connection.all("SELECT blob FROM headers WHERE instr(\(column), $1) > 0", .text(text)) { $0.integer(0) }
    }

    /// The blobs that match, the most relevant first where `byRelevance`.
    func blobs(matching expression: String, byRelevance: Bool) throws -> [Int64] {
        let order = byRelevance ? "ORDER BY rank" : ""
        return try connection.all("SELECT rowid FROM texts WHERE texts MATCH $1 \(order)", .text(expression)) { row in
            row.integer(0)
        }
    }
}

extension Mailbox {
    /// The index, up to date with every message that was filed before.
    func freshIndex() throws -> SearchIndex {
        try madeAnewWhereBroken {
            while try takeBatch() {}
            return try openedIndex()
        }
    }

    /// Takes a batch into the index, so that others get their turn before the next.
    ///
    /// - Returns: whether there may be more.
    func catchUpByABatch() throws -> Bool { try madeAnewWhereBroken { try takeBatch() } }

    private func madeAnewWhereBroken<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as SQLError where error.kind == .damaged || error.kind == .misuse {
            logger.notice("a search index is made anew", metadata: ["account": "\(id)", "error": "\(error)"])
            try removeIndex()
            return try body()
        }
    }

    /// Whether a search would have to wait for the index.
    func isIndexFarBehind() throws -> Bool {
        guard let index else { return false }
        return try index.backlog(of: self) > SearchIndex.farBehind
    }

    private func takeBatch() throws -> Bool {
        let index = try openedIndex()
        guard try !index.isFresh(for: self) else { return false }
        let isMore = try shared { try index.takeBatch(of: self) }
        if index.isLogFull { checkpointIndex() }
        return isMore
    }

    func checkpointIndex() { if let index { checkpoint(index.connection, of: "a search index") } }

    private func openedIndex() throws -> SearchIndex {
        let opened = try index ?? SearchIndex(path: paths.search, files: files)
        index = opened
        return opened
    }

    func removeIndex() throws {
        index = nil
        for suffix in ["", "-wal", "-shm"] { try files.remove(paths.search + suffix) }
    }

    /// The words of a message file, and the fields of its header that are kept; none where it is not there.
    fileprivate func indexed(_ name: BlobName?) -> (text: String, fields: ByteBuffer?) {
        guard let name, let octets = try? files.read(paths.file(name), limit: StoreLimits.summaryPrefix) else { return ("", nil) }
        let message = ParsedMessage(octets)
        let header = octets.getSlice(at: octets.readerIndex, length: message.structure.root.header.count)
        return (message.indexText(limit: StoreLimits.indexedText), header.flatMap { KeptFields.lines(of: $0) })
    }

    /// Runs `body` on one state of the index, as it is: what is not taken in yet is not waited for. Without it where it is not
    /// needed, or the index cannot be opened.
    func withIndexAsItIs<Result>(isNeeded: Bool, _ body: () throws -> Result) throws -> Result {
        guard isNeeded, let index = try? openedIndex() else { return try body() }
        return try index.connection.snapshot(body)
    }
}
