internal import CLinux
internal import Glibc
internal import NIOCore

/// A call of the operating system that failed.
package struct FileError: Error, Sendable, CustomStringConvertible {
    package let call: String
    package let path: String
    package let code: Int32

    package var description: String { "\(call) \(path): \(unsafe String(cString: strerror(code)))" }
}

/// Which file a path leads to.
struct FileIdentity: Hashable, Sendable {
    let device: UInt64
    let number: UInt64
}

/// The store's way to message files; tests pass one that fails when they want it to. Databases are SQLite's own affair.
package struct FileSystem: Sendable {
    /// Asked before each change; what it throws happens instead of the change.
    var beforeWrite: (@Sendable (_ call: String, _ path: String) throws(FileError) -> Void)?

    static let real = FileSystem()

    func announce(_ call: String, _ path: String) throws(FileError) { try beforeWrite?(call, path) }

    func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Octets, or nil where there is no such file.
    func size(_ path: String) -> Int? {
        guard let status = try? status(path) else { return nil }
        return Int(status.st_size)
    }

    /// When a file was last written, in seconds since 1970; nil where there is no such file.
    func modified(_ path: String) -> Int64? {
        guard let status = try? status(path) else { return nil }
        return Int64(status.st_mtim.tv_sec)
    }

    /// Nil where there is no such file.
    func identity(_ path: String) -> FileIdentity? {
        guard let status = try? status(path) else { return nil }
        return FileIdentity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    }

    /// Makes a folder and those above it; group-writable, as mail and web share them.
    ///
    /// - Returns: the folders that got a new entry.
    @discardableResult
    func makeFolder(_ path: String) throws(FileError) -> [String] {
        guard !exists(path) else { return [] }
        let parent = FileSystem.parent(of: path)
        var changed = parent == path ? [] : try makeFolder(parent)
        try announce("mkdir", path)
        if unsafe mkdir(path, 0o770) != 0 {
            guard errno == EEXIST else { throw FileError(call: "mkdir", path: path, code: errno) }
            return changed
        }
        changed.append(parent)
        return changed
    }

    /// Makes an empty file of mode 0660, whatever the umask, where there is none.
    func touch(_ path: String) throws(FileError) {
        try announce("open", path)
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o660)
        guard descriptor >= 0 else {
            guard errno == EEXIST else { throw FileError(call: "open", path: path, code: errno) }
            return
        }
        fchmod(descriptor, 0o660)
        close(descriptor)
    }

    /// Writes a new file from pieces; it is there whole or not at all. The disk is on its way with it, `sync` waits for it.
    ///
    /// - Parameter isFlushedAtOnce: whether `sync` follows at once, and sends the disk on its way itself.
    func write(_ pieces: [ByteBuffer], to path: String, isFlushedAtOnce: Bool = false) throws(FileError) {
        try announce("open", path)
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o660)
        guard descriptor >= 0 else { throw FileError(call: "open", path: path, code: errno) }
        defer { close(descriptor) }
        do {
            for piece in pieces { try append(piece, to: descriptor, path) }
            if !isFlushedAtOnce { beginWriting(descriptor) }
        } catch {
            unsafe unlink(path)
            throw error
        }
    }

    /// Writes a small file anew, where it was.
    func overwrite(_ path: String, with octets: [UInt8]) throws(FileError) {
        try announce("open", path)
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o660)
        guard descriptor >= 0 else { throw FileError(call: "open", path: path, code: errno) }
        defer { close(descriptor) }
        try append(ByteBuffer(bytes: octets), to: descriptor, path)
    }

    /// Adds to a small file, which is made where it is missing.
    func append(_ octets: [UInt8], to path: String) throws(FileError) {
        try touch(path)
        let descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(call: "open", path: path, code: errno) }
        defer { close(descriptor) }
        try append(ByteBuffer(bytes: octets), to: descriptor, path)
    }

    /// Writes a file's octets over themselves, so that the next flush puts all of them on disk, also those that the kernel takes
    /// for written. A stop anywhere changes nothing. Nobody else may write the file meanwhile.
    func rewrite(_ path: String) throws(FileError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(call: "open", path: path, code: errno) }
        defer { close(descriptor) }
        var offset = 0
        try forEachPiece(of: path) { (piece) throws(FileError) in
            try write(piece, at: offset, to: descriptor, path)
            offset += piece.readableBytes
        }
    }

    private func write(_ piece: ByteBuffer, at offset: Int, to descriptor: Int32, _ path: String) throws(FileError) {
        var done = 0
        while done < piece.readableBytes {
            try announce("pwrite", path)
            let written = unsafe piece.withUnsafeReadableBytes { octets in
                unsafe pwrite(
                    descriptor, octets.baseAddress.map { unsafe $0 + done }, octets.count - done, off_t(offset + done))
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw FileError(call: "pwrite", path: path, code: written == 0 ? EIO : errno) }
            done += written
        }
    }

    private func append(_ piece: ByteBuffer, to descriptor: Int32, _ path: String) throws(FileError) {
        var done = 0
        while done < piece.readableBytes {
            try announce("write", path)
            let written = unsafe piece.withUnsafeReadableBytes { octets in
                unsafe Glibc.write(descriptor, octets.baseAddress.map { unsafe $0 + done }, octets.count - done)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw FileError(call: "write", path: path, code: written == 0 ? EIO : errno) }
            done += written
        }
    }

    /// Writes `prefix` and then the octets of the file `source`, a piece at a time; `seen` gets every piece.
    func copy(
        _ source: String, after prefix: ByteBuffer, to path: String, seen: (ByteBuffer) -> Void
    ) throws(FileError) {
        try announce("open", path)
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o660)
        guard descriptor >= 0 else { throw FileError(call: "open", path: path, code: errno) }
        defer { close(descriptor) }
        do {
            if prefix.readableBytes > 0 {
                try append(prefix, to: descriptor, path)
                seen(prefix)
            }
            try forEachPiece(of: source) { (piece) throws(FileError) in
                try append(piece, to: descriptor, path)
                seen(piece)
            }
            beginWriting(descriptor)
        } catch {
            unsafe unlink(path)
            throw error
        }
    }

    /// Reads a file in pieces of at most 256 KB.
    func forEachPiece(of path: String, _ body: (ByteBuffer) throws(FileError) -> Void) throws(FileError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(call: "open", path: path, code: errno) }
        defer { close(descriptor) }
        while true {
            let piece = try FileSystem.read(descriptor, limit: 1 << 18, path)
            guard piece.readableBytes > 0 else { return }
            try body(piece)
        }
    }

    private static func read(_ descriptor: Int32, limit: Int, _ path: String) throws(FileError) -> ByteBuffer {
        var buffer = ByteBuffer()
        while true {
            var code: Int32 = 0
            unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: limit) { space in
                let count = unsafe Glibc.read(descriptor, space.baseAddress, limit)
                code = count < 0 ? errno : 0
                return max(count, 0)
            }
            if code == EINTR { continue }
            guard code == 0 else { throw FileError(call: "read", path: path, code: code) }
            return buffer
        }
    }

    /// The first octets of a file.
    func read(_ path: String, limit: Int) throws(FileError) -> ByteBuffer {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(call: "open", path: path, code: errno) }
        defer { close(descriptor) }
        var result = ByteBuffer()
        while result.readableBytes < limit {
            var piece = try FileSystem.read(descriptor, limit: min(limit - result.readableBytes, 1 << 20), path)
            guard piece.readableBytes > 0 else { break }
            result.writeBuffer(&piece)
        }
        return result
    }

    /// Gives a file a second name. False where the file systems differ or do not link.
    func link(_ source: String, to path: String) throws(FileError) -> Bool {
        try announce("link", path)
        if unsafe Glibc.link(source, path) == 0 { return true }
        if [EXDEV, EPERM, EMLINK, ENOTSUP].contains(errno) { return false }
        throw FileError(call: "link", path: path, code: errno)
    }

    /// Gives a file of another folder a name here, and the mode of one that was made here, as mail and web share it by its group.
    /// False where the file systems differ or do not link, or the group is another: only a privileged process could change that.
    func adopt(_ source: String, as path: String) throws(FileError) -> Bool {
        let (folder, file) = (try status(FileSystem.parent(of: path)), try status(source))
        guard folder.st_mode & S_ISGID == 0 || folder.st_gid == file.st_gid else { return false }
        guard unsafe chmod(source, 0o660) == 0 else { throw FileError(call: "chmod", path: source, code: errno) }
        return try link(source, to: path)
    }

    private func status(_ path: String) throws(FileError) -> stat {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw FileError(call: "stat", path: path, code: errno) }
        return status
    }

    func remove(_ path: String) throws(FileError) {
        try announce("unlink", path)
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw FileError(call: "unlink", path: path, code: errno) }
    }

    func rename(_ path: String, to destination: String) throws(FileError) {
        try announce("rename", destination)
        guard unsafe Glibc.rename(path, destination) == 0 else { throw FileError(call: "rename", path: path, code: errno) }
    }

    /// Puts a file's octets, or a folder's entries, on disk. A path that is gone needs nothing.
    func sync(_ path: String) throws(FileError) {
        do { try flush(path, "fsync", fsync) } catch {
            guard error.call == "open", error.code == ENOENT else { throw error }
        }
    }

    /// Puts a file's octets on disk, and its size where that has changed, but not when that was (fdatasync(2)): a log that is
    /// written over costs no more than its octets.
    func syncOctets(_ path: String) throws(FileError) { try flush(path, "fdatasync", announced: "fsync", fdatasync) }

    /// Puts files on disk.
    func sync(_ paths: [String]) throws(FileError) { for path in paths { try sync(path) } }

    /// Puts on disk whatever was written before on the file system of a folder, by anybody (syncfs(2)): one commit of its journal
    /// does for any number of files, folders and logs. What could not be written back is told since Linux 5.8.
    func syncFileSystem(of folder: String) throws(FileError) { try flush(folder, "syncfs", syncfs) }

    /// - Parameter announced: what `beforeWrite` is told, where that is not the call itself.
    private func flush(
        _ path: String, _ call: String, announced: String? = nil, _ flush: (Int32) -> Int32
    ) throws(FileError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(call: "open", path: path, code: errno) }
        defer { close(descriptor) }
        try announce(announced ?? call, path)
        guard flush(descriptor) == 0 else { throw FileError(call: call, path: path, code: errno) }
    }

    /// Many files that are begun together are written together: each fsync then finds its octets written, or nearly so.
    private func beginWriting(_ descriptor: Int32) { _ = malaposta_begin_writing(descriptor) }

    /// Before SQLite puts a log on disk: where tests make that fail.
    func announceSync(_ path: String) throws(FileError) { try announce("fsync", path) }

    /// Whether a file is there with so many octets and, as far as shows without reading it, all of them were written: it has no
    /// hole, which a block is too that was only reserved (lseek(2)), and neither end is zeros.
    func isWritten(_ path: String, size: Int) -> Bool {
        guard self.size(path) == size else { return false }
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let hole = lseek(descriptor, 0, Self.seekHole)
        guard hole < 0 || hole >= size else { return false }
        return [0, max(0, size - Self.endLength)].allSatisfy { offset in
            var octets = [UInt8](repeating: 0, count: min(Self.endLength, size))
            let count = unsafe pread(descriptor, &octets, octets.count, off_t(offset))
            return size == 0 || octets.prefix(max(0, count)).contains { $0 != 0 }
        }
    }

    /// SEEK_HOLE, which Glibc's module leaves out.
    private static let seekHole: Int32 = 4
    /// Octets of an end that are looked at.
    private static let endLength = 16

    /// Removes a folder with all that is in it. Links are removed, not followed.
    func removeTree(_ path: String) throws(FileError) {
        for name in entries(path) {
            let inner = "\(path)/\(name)"
            if isFolder(inner) { try removeTree(inner) } else { try remove(inner) }
        }
        try announce("rmdir", path)
        guard unsafe rmdir(path) == 0 || errno == ENOENT else { throw FileError(call: "rmdir", path: path, code: errno) }
    }

    private func isFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Names in a folder; none where it is not there.
    func entries(_ path: String) -> [String] {
        guard let folder = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { octets in
                unsafe String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
