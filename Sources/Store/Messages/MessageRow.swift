internal import Mail
internal import SQL

/// A row of `messages` with all that moving and counting it needs.
struct MessageRow {
    let folder: FolderID
    let uid: UID
    let modSequence: Int64
    let flags: SystemFlags
    /// As stored: names joined by spaces.
    let tags: String?
    let received: Int64
    let size: Int64
    let headerSize: Int64
    let message: Int64
    let blob: Int64
    let thread: Int64
    let trashed: Int64?
    let subjectKey: String
    let senderKey: String

    static let columns = """
        folder, uid, modseq, flags, tags, received, size, header_size, message, blob, thread, trashed, subject_key, sender_key
        """

    init(_ row: borrowing Row) {
        folder = FolderID(row.integer(0))
        uid = UID(UInt32(truncatingIfNeeded: row.integer(1)))
        modSequence = row.integer(2)
        flags = SystemFlags(rawValue: UInt8(truncatingIfNeeded: row.integer(3)))
        tags = row.optionalText(4)
        received = row.integer(5)
        size = row.integer(6)
        headerSize = row.integer(7)
        message = row.integer(8)
        blob = row.integer(9)
        thread = row.integer(10)
        trashed = row.optionalInteger(11)
        subjectKey = row.text(12)
        senderKey = row.text(13)
    }

    var tagList: [Tag] { TagColumn.read(tags) }
}

/// Tags as a column: names in order, joined by spaces; null for none.
enum TagColumn {
    static func write(_ tags: some Sequence<Tag>) -> String? {
        let names = Set(tags).sorted().map(\.name)
        return names.isEmpty ? nil : names.joined(separator: " ")
    }

    static func read(_ column: String?) -> [Tag] {
        guard let column else { return [] }
        return column.split(separator: " ").compactMap { Tag(String($0)) }
    }
}

extension Mailbox {
    /// The rows of a folder with these UIDs, in ascending order.
    func rows(in folder: FolderID, _ uids: UIDSet) throws -> [MessageRow] {
        try uids.ranges.flatMap { range in
            try database.all(
                """
                SELECT \(MessageRow.columns) FROM messages WHERE account = $1 AND folder = $2 AND uid BETWEEN $3 AND $4
                ORDER BY uid
                """, me, .integer(folder.value), .number(range.lowerBound), .number(range.upperBound)
            ) { MessageRow($0) }
        }
    }

    func row(of message: MessageID) throws -> MessageRow? {
        try database.first(
            "SELECT \(MessageRow.columns) FROM messages WHERE account = $1 AND message = $2", me, .integer(message.value)
        ) { MessageRow($0) }
    }

    /// The rows of those that are there, each once, in the order of the folders and UIDs.
    func rows(of messages: [MessageID]) throws -> [MessageRow] {
        guard messages.count <= StoreLimits.messages else { throw StoreError.tooMany("messages") }
        return try Set(messages).compactMap { try row(of: $0) }.sorted { ($0.folder, $0.uid) < ($1.folder, $1.uid) }
    }

    func rows(ofBlob blob: Int64) throws -> [MessageRow] {
        try database.all("SELECT \(MessageRow.columns) FROM messages WHERE account = $1 AND blob = $2", me, .integer(blob)) {
            MessageRow($0)
        }
    }
}
