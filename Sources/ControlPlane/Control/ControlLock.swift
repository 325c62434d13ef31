internal import Directory
internal import Glibc

/// The right to change the host: one program at a time, given back when it ends in whatever way (flock(2)).
enum ControlLock {
    /// Runs `body` with the right to change.
    ///
    /// - Throws: `ControlError.busy` at once where another program has it.
    static func hold<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DiskError("open", path, errno) }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK ? ControlError.busy : DiskError("lock", path, errno)
        }
        return try body()
    }
}
