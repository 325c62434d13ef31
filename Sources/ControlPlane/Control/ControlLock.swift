internal import Directory
internal import Glibc

/// The right to change the host: one program at a time, given back when it ends in whatever way (flock(2)).
enum ControlLock {
    /// Runs `body` with the right to change.
    ///
    /// - Throws: `ControlError.busy` at once where somebody has it, in this program too.
    static func hold<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        let descriptor = try take(path)
        defer { close(descriptor) }
        return try body()
    }

    /// The same for work that waits.
    static func hold<Result>(_ path: String, _ body: () async throws -> Result) async throws -> Result {
        let descriptor = try take(path)
        defer { close(descriptor) }
        return try await body()
    }

    private static func take(_ path: String) throws -> Int32 {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DiskError("open", path, errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            throw code == EWOULDBLOCK ? ControlError.busy : DiskError("lock", path, code)
        }
        return descriptor
    }
}
