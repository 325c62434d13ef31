internal import FoundationEssentials
internal import Mail
package import NIOCore

/// A file on its way to disk. One task writes it; after `finish` or `abandon` it is spent.
package actor IncomingFile {
    private let id: String
    private let name: String
    private let type: String
    private let path: String
    private let largest: Int
    private let handle: FileHandleBox
    private var size = 0

    /// - Parameter largest: octets that it may have.
    init(id: String, name: String, type: String, path: String, largest: Int, handle: FileHandleBox) {
        self.id = id
        self.name = name
        self.type = type
        self.path = path
        self.largest = largest
        self.handle = handle
    }

    /// - Throws: `WebRefusal.problem` over the limit; `abandon` it then.
    package func write(_ piece: ByteBuffer) async throws {
        size += piece.readableBytes
        guard size <= largest else {
            let values = ["name": name, "size": ByteCount(max(0, largest)).description]
            throw WebRefusal.problem("err_file_size", values: values)
        }
        let handle = handle
        try await FileThreads.run { try handle.write(piece) }
    }

    package func finish() async throws -> Uploads.File {
        let (file, path) = (Uploads.File(id: id, name: name, type: type, size: size), path)
        try await FileThreads.run {
            try FileHandleBox(path: path + ".json").write(ByteBuffer(bytes: JSONEncoder().encode(file)))
        }
        return file
    }

    /// Leaves nothing behind.
    package func abandon() async {
        let path = path
        try? await FileThreads.run { try FileManager.default.removeItem(atPath: path) }
    }
}
