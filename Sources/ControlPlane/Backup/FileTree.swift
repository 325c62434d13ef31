internal import CHost
internal import Directory
internal import Glibc

/// Small trees of files, copied with their modes. All block; nothing is flushed.
enum FileTree {
    private static let piece = 1 << 18

    /// Copies a folder with all that is in it; links are copied as links. Nothing where there is no such folder.
    static func copy(_ source: String, to target: String) throws(DiskError) {
        guard let mode = mode(source), mode & S_IFMT == S_IFDIR else { return }
        try makeFolders(target, mode: mode & 0o7777)
        for name in Disk.names(in: source) {
            let (from, to) = ("\(source)/\(name)", "\(target)/\(name)")
            guard let mode = Self.mode(from) else { continue }
            switch mode & S_IFMT {
            case S_IFDIR: try copy(from, to: to)
            case S_IFREG: try copyFile(from, to: to, mode: mode & 0o7777)
            case S_IFLNK: if let leads = Disk.target(ofLink: from) { try Disk.symbolicLink(to: leads, at: to) }
            default: break
            }
        }
    }

    /// Removes all that is in a folder; the folder stays, with its owner and mode.
    static func empty(_ folder: String) throws(DiskError) {
        for name in Disk.names(in: folder) { try Disk.remove("\(folder)/\(name)") }
    }

    /// Makes a folder and those above it.
    static func makeFolders(_ path: String, mode: UInt32) throws(DiskError) {
        guard !Disk.exists(path) else { return }
        if let slash = path.lastIndex(of: "/"), slash > path.startIndex { try makeFolders(String(path[..<slash]), mode: mode) }
        try Disk.makeFolder(path, mode: mode)
    }

    static func copyFile(_ source: String, to target: String, mode: UInt32) throws(DiskError) {
        let from = unsafe open(source, O_RDONLY | O_CLOEXEC)
        guard from >= 0 else { throw DiskError("open", source, errno) }
        defer { close(from) }
        let to = unsafe open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard to >= 0 else { throw DiskError("make", target, errno) }
        defer { close(to) }
        var octets = [UInt8](repeating: 0, count: piece)
        while true {
            let count = unsafe read(from, &octets, octets.count)
            guard count >= 0 else { throw DiskError("read", source, errno) }
            guard count > 0 else { break }
            try write(octets[..<count], to: to, target)
        }
        guard fchmod(to, mode) == 0 else { throw DiskError("set the mode of", target, errno) }
    }

    /// A new file with these octets.
    static func write(_ octets: [UInt8], to path: String, mode: UInt32) throws(DiskError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw DiskError("make", path, errno) }
        defer { close(descriptor) }
        try write(octets[...], to: descriptor, path)
    }

    private static func write(_ octets: ArraySlice<UInt8>, to descriptor: Int32, _ path: String) throws(DiskError) {
        var rest = octets
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw DiskError("write", path, errno) }
            rest = rest.dropFirst(count)
        }
    }

    static func contents(_ path: String) throws(DiskError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DiskError("open", path, errno) }
        defer { close(descriptor) }
        var all: [UInt8] = []
        var octets = [UInt8](repeating: 0, count: piece)
        while true {
            let count = unsafe read(descriptor, &octets, octets.count)
            guard count >= 0 else { throw DiskError("read", path, errno) }
            guard count > 0 else { return all }
            all += octets[..<count]
        }
    }

    /// Puts everything that was written to the file system of `path` on its disk.
    static func flushFileSystem(of path: String) throws(DiskError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DiskError("open", path, errno) }
        defer { close(descriptor) }
        guard syncfs(descriptor) == 0 else { throw DiskError("flush the file system of", path, errno) }
    }

    /// Gives a tree to the owner and group of another folder, where this process may: what root puts into a worker's folder is
    /// the worker's.
    ///
    /// - Parameter group: instead of the folder's.
    static func give(_ path: String, toOwnerOf folder: String, group: UInt32? = nil) throws(DiskError) {
        guard geteuid() == 0 else { return }
        var status = stat()
        guard unsafe stat(folder, &status) == 0 else { throw DiskError("look at", folder, errno) }
        try give(path, status.st_uid, group ?? status.st_gid)
    }

    private static func give(_ path: String, _ user: uid_t, _ group: gid_t) throws(DiskError) {
        guard let mode = mode(path) else { return }
        if mode & S_IFMT == S_IFDIR { for name in Disk.names(in: path) { try give("\(path)/\(name)", user, group) } }
        var status = stat()
        // Also a second name of a file in the backup: its owner is left alone where it is right already.
        guard unsafe lstat(path, &status) == 0 else { throw DiskError("look at", path, errno) }
        guard status.st_uid != user || status.st_gid != group else { return }
        guard unsafe lchown(path, user, group) == 0 else { throw DiskError("give away", path, errno) }
    }

    /// Of the thing itself, not of what a link leads to.
    private static func mode(_ path: String) -> UInt32? {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? status.st_mode : nil
    }
}
