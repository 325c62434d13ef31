internal import SQL

extension Mailbox {
    func content(of row: MessageRow, on threads: LaneThreads) throws -> MessageContent {
        MessageContent(
            message: MessageID(row.message), file: try file(try name(ofBlob: row.blob)), size: Int(row.size),
            headerSize: Int(row.headerSize), threads: threads)
    }

    /// - Throws: `.damaged` where it is not there.
    func file(_ name: BlobName) throws(StoreError) -> MessageFile {
        if let messageFolder { return try messageFolder.open(name) }
        let folder = try MessageFolder(path: paths.messages)
        messageFolder = folder
        return try folder.open(name)
    }

    func path(ofBlob blob: Int64) throws -> String { paths.file(try name(ofBlob: blob)) }

    func name(ofBlob blob: Int64) throws -> BlobName {
        let file = try database.first("SELECT file FROM blobs WHERE account = $1 AND blob = $2", me, .integer(blob)) {
            $0.octets(0)
        }
        guard let name = file.flatMap({ BlobName(octets: $0) }) else {
            throw StoreError.damaged(cause: "blob \(blob) has no row")
        }
        return name
    }
}
