internal import Glibc

/// Reading of files that may be anything: missing, huge, folders, pipes, loops of symbolic links.
enum FileSystem {
    /// A file's octets and permission bits.
    static func contents(of path: String, limit: Int, tooLarge: FileProblem) throws(FileProblem) -> (
        octets: [UInt8], mode: UInt32
    ) {
        let descriptor = try openFile(path)
        defer { _ = close(descriptor) }
        let mode = try regularMode(of: descriptor)
        var octets: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw problem(errno) }
            guard count > 0 else { return (octets, mode) }
            guard octets.count + count <= limit else { throw tooLarge }
            octets += chunk[..<count]
        }
    }

    /// The permission bits of a regular file that may be read.
    static func mode(_ path: String) throws(FileProblem) -> UInt32 {
        let descriptor = try openFile(path)
        defer { _ = close(descriptor) }
        return try regularMode(of: descriptor)
    }

    /// Entries of a folder without `.` and `..`, sorted; a name that is not UTF-8 holds U+FFFD.
    static func names(in path: String) throws(FileProblem) -> [String] {
        guard let folder = unsafe opendir(path) else { throw problem(errno, isFolder: true) }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { octets in
                unsafe String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            names.append(name)
            guard names.count <= ConfigurationLimits.folderEntries else {
                throw FileProblem(
                    code: "too-many-files", reason: "has more than \(ConfigurationLimits.folderEntries) entries, the limit")
            }
        }
        return names.sorted()
    }

    /// Whether it is a folder, through symbolic links.
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// O_NONBLOCK, as opening a pipe without a writer would wait for one.
    private static func openFile(_ path: String) throws(FileProblem) -> Int32 {
        while true {
            let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
            if descriptor >= 0 { return descriptor }
            guard errno == EINTR else { throw problem(errno) }
        }
    }

    private static func regularMode(of descriptor: Int32) throws(FileProblem) -> UInt32 {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw problem(errno) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return UInt32(status.st_mode) & 0o7777
        case S_IFDIR: throw FileProblem(code: "not-a-file", reason: "is a folder, not a file")
        default: throw FileProblem(code: "not-a-file", reason: "is a device, pipe or socket, not a file")
        }
    }

    private static func problem(_ code: Int32, isFolder: Bool = false) -> FileProblem {
        switch code {
        case ENOENT: .missing
        case ELOOP: FileProblem(code: "symlink-loop", reason: "is a loop of symbolic links")
        case EACCES, EPERM: FileProblem(code: "unreadable", reason: "may not be read by this user")
        case ENOTDIR:
            FileProblem(code: "not-a-folder", reason: isFolder ? "is not a folder" : "is behind something that is no folder")
        case ENXIO: FileProblem(code: "not-a-file", reason: "is a device, pipe or socket, not a file")
        default: FileProblem(code: "unreadable", reason: unsafe "cannot be read: \(String(cString: strerror(code)))")
        }
    }
}
