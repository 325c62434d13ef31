internal import Glibc
internal import NIOCore

/// A note in the accounts' folder that a flush has failed in this run of the machine. The kernel may take what it could not write
/// for written: it is in memory then and not on the disk, the next process finds it there, and no later flush tells. So no process
/// believes a flush until the mail worker, at its start, has written all of that anew (`Rewriting`) and removed the note.
///
/// It has a line for each process in which one failed: the id of the machine's run, and seconds since 1970. It is not flushed: it
/// matters only for as long as the machine runs.
struct FailedFlushNote: Sendable {
    /// What a note says.
    struct Content {
        /// Octets: it grows with each failure.
        let size: Int
        /// When a flush failed first in this run of the machine; nil where none did.
        let seconds: Int64?
    }

    private let root: String
    private let bootID: String
    private let files: FileSystem

    init(_ options: StoreOptions) { (root, bootID, files) = (options.root, options.bootID, options.files) }

    var path: String { "\(root)/flush-failed" }

    /// Whether what a failed flush may have lost is still to be written anew. Where there is no note, one call of the kernel.
    var stands: Bool {
        guard files.exists(path) else { return false }
        do { return try content()?.seconds != nil } catch { return true }
    }

    /// Nil where there is none.
    func content() throws(FileError) -> Content? {
        try locked { () throws(FileError) in
            guard let size = files.size(path) else { return nil }
            return Content(size: size, seconds: try firstFailure())
        }
    }

    /// A line that was not written to its end, as on a full disk, is as old as the note.
    private func firstFailure() throws(FileError) -> Int64? {
        let lines = String(buffer: try files.read(path, limit: Self.limit)).split(separator: "\n").map {
            $0.split(separator: " ")
        }
        let whole = lines.filter { $0.count == 2 && Int64($0[1]) != nil }
        let times = whole.filter { $0[0] == bootID }.compactMap { Int64($0[1]) }
        let isCut = whole.isEmpty || whole.count < lines.count
        return (times + [isCut ? files.modified(path) : nil].compactMap(\.self)).min()
    }

    /// Adds a line; the clock is the one that message files are named by.
    func add() throws(FileError) {
        try locked { () throws(FileError) in
            try files.append(Array("\(bootID) \(WallClock.seconds())\n".utf8), to: path)
        }
    }

    /// Removes the note, unless another failure was noted since its content was read.
    func remove(_ content: Content) throws(FileError) {
        try locked { () throws(FileError) in
            if files.size(path) == content.size { try files.remove(path) }
        }
    }

    /// Octets that are read: some thousands of failures.
    private static let limit = 1 << 20

    /// Alone among all processes; the lock is the folder's, so that it does not go with the note.
    private func locked<Result>(_ body: () throws(FileError) -> Result) throws(FileError) -> Result {
        let folder = unsafe open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw FileError(call: "open", path: root, code: errno) }
        defer { close(folder) }
        while flock(folder, LOCK_EX) != 0 {
            guard errno == EINTR else { throw FileError(call: "flock", path: root, code: errno) }
        }
        return try body()
    }
}
