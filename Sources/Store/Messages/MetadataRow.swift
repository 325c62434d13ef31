package import Mail
package import NIOCore
internal import SQL

/// A message's row while it is read: for answers that are written straight into the reader's buffer. Valid inside the closure
/// that was given it.
package struct MetadataRow: ~Copyable {
    private let row: Row
    private let fields: MetadataFields
    /// Nil where neither files nor the index are asked for.
    private let mailbox: Mailbox?

    init(_ row: consuming Row, fields: MetadataFields, mailbox: Mailbox? = nil) {
        self.row = row
        self.fields = fields
        self.mailbox = mailbox
    }

    package var uid: UID { UID(UInt32(truncatingIfNeeded: row.integer(0))) }
    package var modSequence: ModSequence { ModSequence(UInt64(row.integer(1))) }
    package var flags: SystemFlags { SystemFlags(rawValue: UInt8(truncatingIfNeeded: row.integer(2))) }
    // Of `.details`.
    /// Seconds since 1970.
    package var internalDate: Int64 { row.integer(4) }
    package var size: Int { Int(row.integer(5)) }
    package var headerSize: Int { Int(row.integer(6)) }
    package var message: MessageID { MessageID(row.integer(7)) }
    package var thread: ThreadID { ThreadID(row.integer(8)) }
    package var hasTags: Bool { !row.isNull(3) }
    package var tags: [Tag] { TagColumn.read(row.optionalText(3)) }

    /// Writes the tags with single spaces between them.
    ///
    /// - Returns: how many octets.
    @discardableResult
    package func appendTags(to buffer: inout ByteBuffer) -> Int { row.append(3, to: &buffer) }

    /// Writes the envelope as it stands in an answer; only where it was asked for.
    package func appendEnvelope(to buffer: inout ByteBuffer) { append(.envelope, to: &buffer) }

    package func appendBodyStructure(to buffer: inout ByteBuffer) { append(.bodyStructure, to: &buffer) }

    package func appendBody(to buffer: inout ByteBuffer) { append(.body, to: &buffer) }

    /// The lines of those `KeptFields` that the message's header has, as they stand there; nil where the index does not have them.
    package func keptFields() -> ByteBuffer? {
        guard let index = mailbox?.index, let column = fields.column(of: .keptFields) else { return nil }
        // An index that fails is made anew; the file has it all.
        return (try? index.keptFields(of: row.integer(column))) ?? nil
    }

    /// Writes octets of the message itself, as many of `range` as it has; only where `.details` and one of `.content` and
    /// `.keptFields` were asked for. Reads the file.
    ///
    /// - Throws: `.damaged` where the file is not there, or shorter than the row says.
    package func appendContent(_ range: Range<Int>, to buffer: inout ByteBuffer) throws(StoreError) {
        guard let mailbox, let name = try blobName(mailbox) else {
            throw .damaged(cause: "message \(message) has no file")
        }
        try mailbox.file(name).append(range.clamped(to: 0..<size), to: &buffer)
    }

    private func blobName(_ mailbox: Mailbox) throws(StoreError) -> BlobName? {
        if let column = fields.column(of: .content) { return BlobName(octets: row.octets(column)) }
        guard let column = fields.column(of: .keptFields) else { return nil }
        let blob = row.integer(column)
        return try StoreError.wrapping { try mailbox.name(ofBlob: blob) }
    }

    private func append(_ field: MetadataFields, to buffer: inout ByteBuffer) {
        guard let column = fields.column(of: field) else { return }
        row.append(column, to: &buffer)
    }

    var metadata: MessageMetadata {
        MessageMetadata(
            message: message, uid: uid, modSequence: modSequence, flags: flags, tags: tags, internalDate: internalDate,
            size: size,
            headerSize: headerSize, envelope: octets(.envelope), bodyStructure: octets(.bodyStructure), body: octets(.body),
            thread: thread)
    }

    private func octets(_ field: MetadataFields) -> ByteBuffer? {
        guard let column = fields.column(of: field) else { return nil }
        return row.buffer(column)
    }

    var messageFlags: MessageFlags { MessageFlags(uid: uid, modSequence: modSequence, flags: flags, tags: tags) }
}

extension MetadataFields {
    private static let columns: [(MetadataFields, String)] = [
        (.envelope, "s.envelope"), (.bodyStructure, "s.structure"), (.body, "s.body"), (.content, "b.file"),
        (.keptFields, "m.blob"),
    ]

    /// Where a large field stands in the rows of `query`.
    func column(of field: MetadataFields) -> Int? {
        guard contains(field) else { return nil }
        return (contains(.details) ? 9 : 4) + Self.columns.prefix { $0.0 != field }.count { contains($0.0) }
    }

    /// One pass in the order of the UIDs; the summaries lie in the order in which messages came, so they are read ahead too.
    var query: String {
        let chosen = Self.columns.filter { contains($0.0) }.map(\.1)
        var join =
            isDisjoint(with: [.envelope, .bodyStructure, .body])
            ? "" : "JOIN summaries s ON s.account = m.account AND s.blob = m.blob"
        if contains(.content) { join += " JOIN blobs b ON b.account = m.account AND b.blob = m.blob" }
        let details = contains(.details) ? ["m.received, m.size, m.header_size, m.message, m.thread"] : []
        let columns = ["m.uid, m.modseq, m.flags, m.tags"] + details + chosen
        return """
            SELECT \(columns.joined(separator: ", ")) FROM messages m \(join)
            WHERE m.account = $1 AND m.folder = $2 AND m.uid BETWEEN $3 AND $4 AND m.modseq > $5 ORDER BY m.uid LIMIT $6
            """
    }
}

extension Mailbox {
    /// Calls `body` with the rows in ascending order of UID, at most `limit` of them.
    func forEachRow(
        in folder: FolderID, uids: UIDSet, fields: MetadataFields, changedSince: ModSequence?, limit: Int,
        _ body: (borrowing MetadataRow) throws -> Void
    ) throws {
        let query = fields.query
        var room = limit
        for range in uids.ranges where room > 0 {
            try database.forEach(
                query, me, .integer(folder.value), .number(range.lowerBound), .number(range.upperBound),
                .integer(Int64(changedSince?.value ?? 0)), .number(room)
            ) { row in
                room -= 1
                try body(MetadataRow(row.again(), fields: fields, mailbox: self))
            }
        }
    }
}
