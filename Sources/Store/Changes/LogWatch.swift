internal import Glibc
internal import Mail
internal import Synchronization

/// The net below the datagrams: a look at the log of each watched account. What changed since the last look is told.
final class LogWatch: Sendable {
    private struct Mark: Hashable {
        let size: Int64
        let seconds: Int64
        let nanoseconds: Int64
    }

    private let root: String
    private let marks = Mutex<[AccountID: Mark]>([:])

    init(root: String) { self.root = root }

    /// The watched accounts whose log is not as it was at the last look.
    func changed(_ watched: [AccountID]) -> [AccountID] {
        let now = watched.map { ($0, mark(of: $0)) }
        return marks.withLock { marks in
            let changed = now.filter { id, mark in marks[id] != nil && marks[id] != mark }.map(\.0)
            marks = Dictionary(now) { first, _ in first }
            return changed
        }
    }

    private func mark(of id: AccountID) -> Mark {
        var status = stat()
        guard unsafe stat(MailboxPaths(root: root, account: id).log, &status) == 0 else {
            return Mark(size: 0, seconds: 0, nanoseconds: 0)
        }
        return Mark(
            size: Int64(status.st_size), seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec))
    }
}
