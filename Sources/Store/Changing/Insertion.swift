internal import MIME
internal import Mail
internal import NIOCore
internal import SQL

extension Transaction {
    /// Gives a prepared message a row in a folder.
    func insert(_ message: PreparedMessage, into folder: FolderID) throws -> Filed {
        let number = try nextNumber()
        try insertBlob(message, number)
        try insertSummary(message.summary, number)
        let thread = try thread(for: message.summary, number: number, received: message.received)
        let row = NewRow(
            folder: folder, number: number, blob: number, modSequence: number, flags: message.flags,
            tags: TagColumn.write(message.tags), received: message.received, size: message.size,
            headerSize: Int64(message.summary.headerSize), thread: thread,
            subjectKey: SortKey.key(message.summary.baseSubject),
            senderKey: SortKey.key(message.summary.from.first?.display ?? ""))
        let uid = try insert(row)
        return Filed(
            message: MessageID(number), folder: folder, uidValidity: try uidValidity(of: folder), uid: uid,
            modSequence: ModSequence(UInt64(number)))
    }

    /// A row to be: what `MessageRow` is before it has a UID.
    struct NewRow {
        var folder: FolderID
        var number: Int64
        var blob: Int64
        var modSequence: Int64
        var flags: SystemFlags
        var tags: String?
        var received: Int64
        var size: Int64
        var headerSize: Int64
        var thread: Int64
        var trashed: Int64?
        var subjectKey: String
        var senderKey: String
    }

    /// Writes the row, its tags, its place in the folder's threads and all counters.
    func insert(_ row: NewRow) throws -> UID {
        let uid = try nextUID(in: row.folder)
        try database.run(
            """
            INSERT INTO messages (account, folder, uid, modseq, flags, unseen, tags, received, size, header_size, message, blob,
                thread, trashed, subject_key, sender_key)
            VALUES ($1, $2, $3, $4, $5, 1 - $5 % 2, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            """, me, .integer(row.folder.value), .number(uid.value), .integer(row.modSequence), .number(row.flags.rawValue),
            .text(orNull: row.tags), .integer(row.received), .integer(row.size), .integer(row.headerSize), .integer(row.number),
            .integer(row.blob), .integer(row.thread), .integer(orNull: row.trashed), .text(row.subjectKey), .text(row.senderKey))
        for tag in TagColumn.read(row.tags) { try addTag(tag, to: uid, in: row.folder) }
        try database.run(
            """
            INSERT INTO folder_threads (account, folder, thread, latest, messages, unread) VALUES ($1, $2, $3, $4, 1, $5)
            ON CONFLICT (account, folder, thread) DO UPDATE SET messages = folder_threads.messages + 1,
                unread = folder_threads.unread + excluded.unread,
                latest = CASE WHEN excluded.latest > folder_threads.latest THEN excluded.latest ELSE folder_threads.latest END
            """, me, .integer(row.folder.value), .integer(row.thread), .integer(row.received),
            .integer(row.flags.contains(.seen) ? 0 : 1))
        try count(1, in: row.folder, flags: row.flags, size: row.size)
        try touch(row.folder, row.modSequence)
        countInAccount(1, size: row.size)
        return uid
    }

    func addTag(_ tag: Tag, to uid: UID, in folder: FolderID) throws {
        try database.run(
            "INSERT INTO message_tags (account, folder, tag, uid) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", me,
            .integer(folder.value), .text(tag.name), .number(uid.value))
        let isKnown = try database.first("SELECT 1 FROM tags WHERE account = $1 AND tag = $2", me, .text(tag.name)) { _ in true }
        guard isKnown == nil else { return }
        let count = try database.first("SELECT COUNT(*) FROM tags WHERE account = $1", me) { Int($0.integer(0)) } ?? 0
        guard count < StoreLimits.tags else { throw StoreError.tooMany("tags") }
        try database.run(
            "INSERT INTO tags (account, tag, title, color) VALUES ($1, $2, $2, $3)", me, .text(tag.name),
            .text(TagDefinition.defaultColor))
    }

    private func insertBlob(_ message: PreparedMessage, _ number: Int64) throws {
        try database.run(
            "INSERT INTO blobs (account, blob, file, links, size) VALUES ($1, $2, $3, 1, $4)", me, .integer(number),
            .octets(message.name.octets), .integer(message.size))
    }

    /// Writes a blob's summary, in the place of an older one.
    func insertSummary(_ summary: MessageSummary, _ blob: Int64) throws {
        try database.run(
            """
            INSERT INTO summaries (account, blob, sent, sent_zone, from_list, sender_list, reply_to_list, to_list, cc_list,
                bcc_list, subject, preview, attachments, priority, message_id, in_reply_to, reference_list, receipt_to_list,
                list_id, envelope, structure, body)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
            """, me, .integer(blob), .integer(orNull: summary.date?.seconds),
            .integer(orNull: summary.date.map { Int64($0.zone) }),
            .text(AddressColumn.write(summary.from)), .text(orNull: AddressColumn.writeOrNull(summary.sender)),
            .text(orNull: AddressColumn.writeOrNull(summary.replyTo)), .text(orNull: AddressColumn.writeOrNull(summary.to)),
            .text(orNull: AddressColumn.writeOrNull(summary.cc)), .text(orNull: AddressColumn.writeOrNull(summary.bcc)),
            .text(summary.subject), .text(summary.preview), .number(summary.attachments.count { !$0.isInline }),
            .number(summary.priority.rawValue), .text(orNull: summary.messageID),
            .text(orNull: summary.inReplyTo.isEmpty ? nil : summary.inReplyTo.joined(separator: " ")),
            .text(orNull: summary.references.isEmpty ? nil : summary.references.joined(separator: " ")),
            .text(orNull: AddressColumn.writeOrNull(summary.receiptTo)), .text(orNull: summary.listID),
            .octets(summary.envelope), .octets(summary.bodyStructure), .octets(summary.body))
        for (position, part) in summary.attachments.enumerated() {
            try database.run(
                """
                INSERT INTO attachments (account, blob, position, part, name, type, size, content_id, inline_part, part_index)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                """, me, .integer(blob), .number(position), .text(part.number), .text(part.name), .text(part.type),
                .number(part.size), .text(orNull: part.contentID), .integer(part.isInline ? 1 : 0), .number(part.index))
        }
    }
}
