internal import Glibc

/// Tells the next process that this one stopped in order: then no message that was under way is blamed for its end.
enum StopMark {
    /// Leaves the mark. One that cannot be left is not missed much: the end counts as an interruption then.
    static func leave(at path: String) {
        let opened = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        if opened >= 0 { close(opened) }
    }

    /// Whether the process before left the mark; takes it away.
    static func take(at path: String) -> Bool { unsafe unlink(path) == 0 }
}
