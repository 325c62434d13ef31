internal import Glibc
package import NIOCore
internal import NIOPosix

/// A message's octets. The file never changes, so reading needs no lock, and what was opened can be read to its end even when
/// the message is expunged meanwhile.
package final class MessageContent: Sendable {
    package let message: MessageID
    /// Octets of the message.
    package let size: Int
    /// Octets of its header with the empty line.
    package let headerSize: Int
    private let descriptor: Int32
    private let pool: NIOThreadPool

    init(message: MessageID, path: String, size: Int, headerSize: Int, pool: NIOThreadPool) throws(StoreError) {
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .damaged(cause: FileError(call: "open", path: path, code: errno).description) }
        self.message = message
        self.size = size
        self.headerSize = headerSize
        self.pool = pool
    }

    deinit { close(descriptor) }

    /// The octets from `offset` on, at most `length` of them, fewer at the end. Waits on a thread of the store.
    package func read(offset: Int, length: Int) async throws(StoreError) -> ByteBuffer {
        let range = max(0, min(offset, size))..<max(0, min(size, offset.addingReportingOverflow(length).partialValue))
        guard offset >= 0, length > 0, !range.isEmpty else { return ByteBuffer() }
        do { return try await pool.runIfActive { try self.readNow(range) } } catch { throw StoreError(error) }
    }

    /// All of it.
    ///
    /// - Throws: `.tooMany` where it is larger than `limit` octets.
    package func whole(limit: Int = 64 << 20) async throws(StoreError) -> ByteBuffer {
        guard size <= limit else { throw .tooMany("messageInMemory") }
        return try await read(offset: 0, length: size)
    }

    private func readNow(_ range: Range<Int>) throws -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(range.count)
        while buffer.readableBytes < range.count {
            let offset = range.lowerBound + buffer.readableBytes
            let wanted = range.upperBound - offset
            var code: Int32 = 0
            let count = unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { space in
                let read = unsafe pread(descriptor, space.baseAddress, wanted, off_t(offset))
                code = read < 0 ? errno : 0
                return max(read, 0)
            }
            if code == EINTR { continue }
            guard code == 0 else { throw StoreError.unavailable(cause: "pread: \(unsafe String(cString: strerror(code)))") }
            guard count > 0 else { throw StoreError.damaged(cause: "a message file is shorter than its row says") }
        }
        return buffer
    }
}
