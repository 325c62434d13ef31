internal import MIME
internal import Mail
internal import SQL

extension Mailbox {
    /// Behind `FROM messages m`.
    static let listingJoin = """
        JOIN summaries s ON s.account = m.account AND s.blob = m.blob
        LEFT JOIN comments c ON c.account = m.account AND c.message = m.message
        """

    static let listingColumns = """
        m.message, m.folder, m.uid, m.modseq, m.flags, m.tags, m.received, m.size, m.thread, s.sent, s.sent_zone, s.from_list,
        s.to_list, s.subject, s.preview, s.attachments, s.priority, c.comment
        """

    static let listingColumnCount = 18

    static func listing(_ row: borrowing Row) -> MessageListing {
        MessageListing(
            id: MessageID(row.integer(0)), folder: FolderID(row.integer(1)), uid: UID(UInt32(truncatingIfNeeded: row.integer(2))),
            modSequence: ModSequence(UInt64(row.integer(3))),
            flags: SystemFlags(rawValue: UInt8(truncatingIfNeeded: row.integer(4))),
            tags: TagColumn.read(row.optionalText(5)), received: row.integer(6),
            sent: row.optionalInteger(9).map { DateTime(seconds: $0, zone: Int(row.integer(10))) },
            from: AddressColumn.read(row.text(11)), to: AddressColumn.read(row.optionalText(12)), subject: row.text(13),
            preview: row.text(14), size: Int(row.integer(7)), hasAttachments: row.integer(15) > 0,
            priority: MessageSummary.Priority(rawValue: Int(row.integer(16))) ?? .normal, thread: ThreadID(row.integer(8)),
            comment: row.optionalText(17))
    }

    private static let listing = "SELECT \(listingColumns) FROM messages m \(listingJoin) WHERE m.account = $1 AND m.message = $2"

    func listing(of message: MessageID) throws -> MessageListing? {
        try database.first(Self.listing, me, .integer(message.value)) { Self.listing($0) }
    }

    func detail(of message: MessageID) throws -> MessageDetail? {
        guard let listing = try listing(of: message), let row = try row(of: message) else { return nil }
        let headerSize = Int(row.headerSize)
        let attachments = try attachments(ofBlob: row.blob)
        return try database.first(
            """
            SELECT sender_list, reply_to_list, cc_list, bcc_list, message_id, in_reply_to, reference_list, receipt_to_list, list_id
            FROM summaries WHERE account = $1 AND blob = $2
            """, me, .integer(row.blob)
        ) { row in
            MessageDetail(
                listing: listing, headerSize: headerSize, sender: AddressColumn.read(row.optionalText(0)),
                replyTo: AddressColumn.read(row.optionalText(1)), cc: AddressColumn.read(row.optionalText(2)),
                bcc: AddressColumn.read(row.optionalText(3)), messageID: row.optionalText(4),
                inReplyTo: Self.identifiers(row.optionalText(5)), references: Self.identifiers(row.optionalText(6)),
                attachments: attachments, receiptTo: AddressColumn.read(row.optionalText(7)), listID: row.optionalText(8))
        }
    }

    private static func identifiers(_ column: String?) -> [String] { column?.split(separator: " ").map(String.init) ?? [] }

    func attachments(ofBlob blob: Int64) throws -> [Attachment] {
        try database.all(
            """
            SELECT part_index, part, name, type, size, content_id, inline_part FROM attachments
            WHERE account = $1 AND blob = $2 ORDER BY position
            """, me, .integer(blob)
        ) { row in
            Attachment(
                index: Int(row.integer(0)), number: row.text(1), name: row.text(2), type: row.text(3), size: Int(row.integer(4)),
                contentID: row.optionalText(5), isInline: row.integer(6) != 0)
        }
    }
}
