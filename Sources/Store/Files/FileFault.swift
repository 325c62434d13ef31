internal import Glibc

/// What keeps something from being read or written. Asked where a call has failed: so shows whether the disk does not give back what
/// was asked for, or takes nothing any more.
///
/// Nil where nothing does, where there is no such thing, and where this process lacks descriptors or memory: that is no fault of
/// the disk's, and no other process need meet it.
extension FileSystem {
    /// Why a file cannot be read to its end, or may not be changed by this program.
    func fault(of path: String) -> FileError? { readFault(path) ?? permissionFault(path) }

    private func permissionFault(_ path: String) -> FileError? {
        let descriptor = unsafe open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor < 0 else {
            close(descriptor)
            return nil
        }
        return [EACCES, EPERM].contains(errno) ? FileError(call: "open", path: path, code: errno) : nil
    }

    /// Reads a file to its end.
    func readFault(_ path: String) -> FileError? {
        do { try forEachPiece(of: path) { _ in } } catch { return error.isFault ? error : nil }
        return nil
    }

    /// Reads a folder's names to their end.
    func listFault(_ path: String) -> FileError? {
        guard let folder = unsafe opendir(path) else { return fault("opendir", path) }
        defer { unsafe closedir(folder) }
        errno = 0
        while unsafe readdir(folder) != nil {}
        return fault("readdir", path)
    }

    /// Reads what a file is, and nothing that is in it.
    func statusFault(_ path: String) -> FileError? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? nil : fault("stat", path)
    }

    private func fault(_ call: String, _ path: String) -> FileError? {
        let error = FileError(call: call, path: path, code: errno)
        return error.isFault ? error : nil
    }
}

extension FileError {
    fileprivate var isFault: Bool { ![0, ENOENT, ENOTDIR, EMFILE, ENFILE, ENOMEM].contains(code) }

    /// Whether a call failed that only reads; who opens a file may want to write.
    var isOfReading: Bool { ["read", "opendir", "readdir", "stat"].contains(call) }
}
