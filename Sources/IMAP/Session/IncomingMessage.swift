internal import FoundationEssentials
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Store

/// A message that is on its way in: in memory while it is small, else in a file of its own. Belongs to one task, which
/// discards it, whatever becomes of the message.
final class IncomingMessage {
    private var octets = ByteBuffer()
    private let file: IncomingFile?

    private init(file: IncomingFile?) { self.file = file }

    /// One that is kept in memory.
    static func memory(capacity: Int) -> IncomingMessage {
        let message = IncomingMessage(file: nil)
        message.octets.reserveCapacity(capacity)
        return message
    }

    /// One that goes to a new file in `folder`, which is made where it is missing.
    static func file(in folder: String) async throws -> IncomingMessage {
        IncomingMessage(file: try await IncomingFile.create(in: folder))
    }

    /// Removes what a process that was killed left in `folder`. Before the first connection only.
    static func removeLeftovers(in folder: String) async {
        try? await NIOThreadPool.singleton.runIfActive {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasSuffix(".eml") {
                try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
            }
        }
    }

    func write(_ chunk: ByteBuffer) async throws {
        if let file { try await file.write(chunk) } else { octets.writeImmutableBuffer(chunk) }
    }

    /// For the store, once all is written. The file may be discarded when the store has it.
    var source: MessageSource {
        guard let file else { return MessageSource(octets) }
        return MessageSource(body: .file(path: file.path))
    }

    /// Removes the file, which may be in the store by another name. Nothing can be written any more.
    func discard() async { await file?.discard() }
}

/// Written and removed on threads that may wait for the disk, one call after the other. Whoever makes one discards it.
private final class IncomingFile: Sendable {
    let path: String
    private let descriptor: Int32

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    static func create(in folder: String) async throws -> IncomingFile {
        try await NIOThreadPool.singleton.runIfActive {
            _ = unsafe mkdir(folder, 0o700)
            let path = "\(folder)/\(UInt64.random(in: .min ... .max)).eml"
            let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(0o660))
            guard descriptor >= 0 else { throw StoreError.unavailable(cause: "open \(path): errno \(errno)") }
            return IncomingFile(path: path, descriptor: descriptor)
        }
    }

    func write(_ chunk: ByteBuffer) async throws {
        try await NIOThreadPool.singleton.runIfActive { [self] in
            var rest = chunk
            while rest.readableBytes > 0 {
                let (count, code) = unsafe rest.withUnsafeReadableBytes { bytes in
                    let count = unsafe Self.write(descriptor, bytes)
                    return (count, errno)
                }
                if count < 0, code == EINTR { continue }
                guard count > 0 else { throw StoreError.unavailable(cause: "write \(path): errno \(code)") }
                rest.moveReaderIndex(forwardBy: count)
            }
        }
    }

    private static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    }

    /// The last call. To free a large file's blocks takes the disk a while; it is done also where the task was cancelled.
    func discard() async {
        await withCheckedContinuation { continuation in
            NIOThreadPool.singleton.submit { [self] _ in
                _ = unsafe unlink(path)
                close(descriptor)
                continuation.resume()
            }
        }
    }
}
