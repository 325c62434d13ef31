internal import Glibc
package import NIOCore
internal import SQL

/// A message's octets. The file never changes, so reading needs no lock, and what was opened can be read to its end even when
/// the message is expunged meanwhile.
package final class MessageContent: Sendable {
    package let message: MessageID
    /// Octets of the message.
    package let size: Int
    /// Octets of its header with the empty line.
    package let headerSize: Int
    private let file: MessageFile
    private let threads: LaneThreads

    init(message: MessageID, file: consuming MessageFile, size: Int, headerSize: Int, threads: LaneThreads) {
        self.file = file
        self.message = message
        self.size = size
        self.headerSize = headerSize
        self.threads = threads
    }

    /// The octets from `offset` on, at most `length` of them, fewer at the end. Waits on a thread of the store.
    package func read(offset: Int, length: Int) async throws(StoreError) -> ByteBuffer {
        let range = max(0, min(offset, size))..<max(0, min(size, offset.addingReportingOverflow(length).partialValue))
        guard offset >= 0, length > 0, !range.isEmpty else { return ByteBuffer() }
        let read = await threads.run { () -> Result<ByteBuffer, StoreError> in
            Result { () throws(StoreError) in
                var buffer = ByteBuffer()
                try self.file.append(range, to: &buffer)
                return buffer
            }
        }
        return try read.get()
    }

    /// All of it.
    ///
    /// - Throws: `.tooMany` where it is larger than `limit` octets.
    package func whole(limit: Int = 64 << 20) async throws(StoreError) -> ByteBuffer {
        guard size <= limit else { throw .tooMany("messageInMemory") }
        return try await read(offset: 0, length: size)
    }
}

/// An opened message file; its calls wait for the disk.
struct MessageFile: ~Copyable, Sendable {
    private let descriptor: Int32

    fileprivate init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Reads these octets of the file behind what `buffer` holds.
    borrowing func append(_ range: Range<Int>, to buffer: inout ByteBuffer) throws(StoreError) {
        buffer.reserveCapacity(minimumWritableBytes: range.count)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let wanted = range.upperBound - offset
            var code: Int32 = 0
            let count = unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { space in
                let read = unsafe pread(descriptor, space.baseAddress, wanted, off_t(offset))
                code = read < 0 ? errno : 0
                return max(read, 0)
            }
            if code == EINTR { continue }
            guard code == 0 else { throw .unavailable(cause: "pread: \(unsafe String(cString: strerror(code)))") }
            guard count > 0 else { throw .damaged(cause: "a message file is shorter than its row says") }
            offset += count
        }
    }
}

/// The folder of an account's message files, held open: a file in it is found by its own name, and not by all that lie above it.
final class MessageFolder {
    private let path: String
    private let descriptor: Int32

    /// - Throws: `.damaged` where there is none.
    init(path: String) throws(StoreError) {
        self.path = path
        descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .damaged(cause: FileError(call: "open", path: path, code: errno).description) }
    }

    deinit { close(descriptor) }

    /// - Throws: `.damaged` where the file is not there.
    func open(_ name: BlobName) throws(StoreError) -> MessageFile {
        let file = name.path
        let opened = unsafe file.span.withUnsafeBufferPointer { letters in
            unsafe letters.baseAddress.map { unsafe openat(descriptor, $0, O_RDONLY | O_CLOEXEC) } ?? -1
        }
        guard opened >= 0 else {
            let failure = FileError(call: "open", path: "\(path)/\(name.folder)/\(name.hex).eml", code: errno)
            throw .damaged(cause: failure.description)
        }
        return MessageFile(descriptor: opened)
    }
}
