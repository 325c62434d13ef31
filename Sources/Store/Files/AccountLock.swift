internal import Glibc

/// The lock file of an account: shared by those who write, held alone by a checkpoint and by a rebuild, so that no log is ever
/// reset while somebody writes to it.
struct AccountLock: ~Copyable {
    private let descriptor: Int32

    init(path: String, files: FileSystem) throws(FileError) {
        try files.touch(path)
        let opened = unsafe open(path, O_RDWR | O_CLOEXEC)
        guard opened >= 0 else { throw FileError(call: "open", path: path, code: errno) }
        descriptor = opened
    }

    deinit { close(descriptor) }

    /// Waits while somebody holds it alone.
    borrowing func shared<Result>(_ body: () throws -> Result) throws -> Result {
        while flock(descriptor, LOCK_SH) != 0 {
            guard errno == EINTR else { throw FileError(call: "flock", path: "lock", code: errno) }
        }
        defer { flock(descriptor, LOCK_UN) }
        return try body()
    }

    /// Runs `body` alone; false, without running it, where somebody writes.
    borrowing func alone(_ body: () throws -> Void) throws -> Bool {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return false }
        defer { flock(descriptor, LOCK_UN) }
        try body()
        return true
    }

    /// Waits until it is held alone.
    borrowing func waitAlone<Result>(_ body: () throws -> Result) throws -> Result {
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw FileError(call: "flock", path: "lock", code: errno) }
        }
        defer { flock(descriptor, LOCK_UN) }
        return try body()
    }
}
