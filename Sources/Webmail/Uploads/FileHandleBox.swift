internal import Glibc
internal import NIOCore

/// A file that is written from its beginning; closed when it is let go.
final class FileHandleBox: Sendable {
    private let descriptor: Int32

    /// - Throws: `FileFailure` where the file is there already or cannot be made.
    init(path: String) throws {
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFailure(call: "open", code: errno) }
    }

    deinit { close(descriptor) }

    func write(_ octets: ByteBuffer) throws {
        var octets = octets
        while octets.readableBytes > 0 {
            let descriptor = descriptor
            let written = unsafe octets.withUnsafeReadableBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw FileFailure(call: "write", code: errno) }
            octets.moveReaderIndex(forwardBy: written)
        }
    }
}

/// Reads a file at any place; closed when it is let go.
final class FileReader: Sendable {
    private let descriptor: Int32

    init(path: String) throws {
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure(call: "open", code: errno) }
    }

    deinit { close(descriptor) }

    /// As many octets as asked for, fewer at the end.
    func read(offset: Int, length: Int) throws -> ByteBuffer {
        var octets = ByteBuffer()
        while octets.readableBytes < length {
            let (wanted, place) = (length - octets.readableBytes, offset + octets.readableBytes)
            let descriptor = descriptor
            var count = 0
            unsafe octets.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { space in
                count = unsafe pread(descriptor, space.baseAddress, wanted, off_t(place))
                return max(0, count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileFailure(call: "pread", code: errno) }
            if count == 0 { break }
        }
        return octets
    }
}

struct FileFailure: Error, CustomStringConvertible {
    let call: String
    let code: Int32

    var description: String { "\(call) failed with error \(code)" }
}
