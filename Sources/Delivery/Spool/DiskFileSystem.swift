internal import Glibc
package import NIOCore

/// The machine's file system.
package struct DiskFileSystem: SpoolFileSystem {
    package init() {}

    package func makeFolder(_ path: String) throws(FileFailure) {
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("mkdir", path) }
    }

    package func create(_ path: String) throws(FileFailure) -> any SpoolFile {
        try opened(path, O_CREAT | O_EXCL | O_RDWR | O_APPEND)
    }

    package func open(_ path: String) throws(FileFailure) -> any SpoolFile { try opened(path, O_RDWR | O_APPEND) }

    package func lock(_ path: String) throws(FileFailure) -> (any SpoolFile)? {
        let file = try opened(path, O_CREAT | O_RDWR)
        if flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 { return file }
        let isTaken = errno == EWOULDBLOCK
        let problem = failure("flock", path)
        file.close()
        guard isTaken else { throw problem }
        return nil
    }

    package func rename(_ path: String, to other: String) throws(FileFailure) {
        guard unsafe Glibc.rename(path, other) == 0 else { throw failure("rename", path) }
    }

    package func remove(_ path: String) throws(FileFailure) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw failure("unlink", path) }
    }

    package func names(in folder: String) throws(FileFailure) -> [String] {
        guard let stream = unsafe opendir(folder) else { throw failure("opendir", folder) }
        defer { unsafe _ = closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    package func syncFolder(_ path: String) throws(FileFailure) {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { _ = Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("fsync", path) }
    }

    package func read(_ path: String, from offset: Int, length: Int) throws(FileFailure) -> ByteBuffer {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { _ = Glibc.close(descriptor) }
        var buffer = ByteBufferAllocator().buffer(capacity: length)
        while buffer.readableBytes < length {
            let done = buffer.readableBytes
            var result = 0
            unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: length - done) { space in
                result = unsafe pread(descriptor, space.baseAddress, min(space.count, length - done), off_t(offset + done))
                return max(0, result)
            }
            guard result >= 0 else { throw failure("pread", path) }
            if result == 0 { break }
        }
        return buffer
    }

    package func size(of path: String) throws(FileFailure) -> Int {
        var facts = stat()
        guard unsafe stat(path, &facts) == 0 else { throw failure("stat", path) }
        return Int(facts.st_size)
    }

    package func freeOctets(at path: String) throws(FileFailure) -> Int {
        var facts = statvfs()
        guard unsafe statvfs(path, &facts) == 0 else { throw failure("statvfs", path) }
        return Int(clamping: UInt64(facts.f_bavail).multipliedReportingOverflow(by: UInt64(facts.f_frsize)).partialValue)
    }

    private func opened(_ path: String, _ flags: Int32) throws(FileFailure) -> DiskFile {
        let descriptor = unsafe Glibc.open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("open", path) }
        return DiskFile(path: path, descriptor: descriptor)
    }
}

private func failure(_ operation: String, _ path: String) -> FileFailure { FileFailure(operation, path, code: errno) }

private final class DiskFile: SpoolFile {
    let path: String
    let descriptor: Int32

    init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    func append(_ octets: ByteBuffer) throws(FileFailure) {
        var rest = octets
        while rest.readableBytes > 0 {
            let count = unsafe rest.withUnsafeReadableBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else { throw failure("write", path) }
            if count > 0 { rest.moveReaderIndex(forwardBy: count) }
        }
    }

    func truncate(to size: Int) throws(FileFailure) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw failure("ftruncate", path) }
    }

    func sync() throws(FileFailure) {
        guard fdatasync(descriptor) == 0 else { throw failure("fdatasync", path) }
    }

    func close() { _ = Glibc.close(descriptor) }
}
