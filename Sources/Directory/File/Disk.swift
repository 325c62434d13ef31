internal import Glibc

/// The few changes to folders that a generation is made of; all block on the disk.
package enum Disk {
    package static func makeFolder(_ path: String, mode: UInt32) throws(DiskError) {
        guard unsafe mkdir(path, mode) == 0 || errno == EEXIST else { throw DiskError("make the folder", path, errno) }
    }

    /// Gives a file a second name; false where the file system cannot.
    package static func link(_ path: String, as other: String) throws(DiskError) -> Bool {
        guard unsafe Glibc.link(path, other) != 0 else { return true }
        switch errno {
        // Another file system, none that has links, or too many of them: the file is written anew.
        case EXDEV, EPERM, EMLINK, ENOENT, EOPNOTSUPP: return false
        default: throw DiskError("link", path, errno)
        }
    }

    package static func rename(_ path: String, to other: String) throws(DiskError) {
        guard unsafe Glibc.rename(path, other) == 0 else { throw DiskError("rename", path, errno) }
    }

    package static func symbolicLink(to target: String, at path: String) throws(DiskError) {
        guard unsafe symlink(target, path) == 0 else { throw DiskError("make the link", path, errno) }
    }

    package static func setMode(_ path: String, _ mode: UInt32) throws(DiskError) {
        guard unsafe chmod(path, mode) == 0 else { throw DiskError("set the mode of", path, errno) }
    }

    /// Waits until a file, or a folder's entries, are on the disk.
    package static func flush(_ path: String) throws(DiskError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DiskError("open", path, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw DiskError("flush", path, errno) }
    }

    /// Where a symbolic link leads, as it is written; nil where there is none.
    package static func target(ofLink path: String) -> String? {
        var octets = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink(path, &octets, octets.count)
        guard count > 0 else { return nil }
        return String(decoding: octets.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Names in a folder without `.` and `..`; empty where there is no such folder.
    package static func names(in path: String) -> [String] {
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

    /// Takes away a file, or a folder with all that is in it; nothing where there is none. Follows no links.
    package static func remove(_ path: String) throws(DiskError) {
        if unsafe unlink(path) == 0 || errno == ENOENT { return }
        guard errno == EISDIR || errno == EPERM else { throw DiskError("remove", path, errno) }
        for name in names(in: path) { try remove("\(path)/\(name)") }
        guard unsafe rmdir(path) == 0 || errno == ENOENT else { throw DiskError("remove the folder", path, errno) }
    }

    package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }
}

/// A change to the disk that did not come about.
package struct DiskError: Error, Sendable, CustomStringConvertible {
    package let description: String
    package let code: Int32

    package init(_ operation: String, _ path: String, _ code: Int32) {
        self.code = code
        description = unsafe "cannot \(operation) \(path): \(String(cString: strerror(code)))"
    }
}
