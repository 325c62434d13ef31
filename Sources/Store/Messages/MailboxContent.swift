internal import NIOPosix
internal import SQL

extension Mailbox {
    func content(of row: MessageRow, pool: NIOThreadPool) throws -> MessageContent {
        try MessageContent(
            message: MessageID(row.message), path: try path(ofBlob: row.blob), size: Int(row.size),
            headerSize: Int(row.headerSize),
            pool: pool)
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
