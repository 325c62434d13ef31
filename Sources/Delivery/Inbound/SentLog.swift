internal import Directory
internal import Glibc
internal import Logging
internal import Mail
internal import NIOPosix

/// What accounts have sent on one day, in a file that outlives the process: a record for each message, added and never changed.
///
/// Nothing is flushed for it: a killed process loses nothing, a power cut the last seconds, which costs nobody mail. A day's file
/// goes when the next day begins.
final class SentLog: Sendable {
    /// The account's 16 octets, and the number of recipients in four, most significant first.
    private static let record = 20
    private static let prefix = "sent-"

    /// One thread, so that records are added in their order.
    private static let thread: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        return pool
    }()

    private let folder: String
    private let logger: Logger

    /// - Parameter folder: must exist.
    init(folder: String, logger: Logger) {
        self.folder = folder
        self.logger = logger
    }

    private func path(_ day: Int64) -> String { "\(folder)/\(Self.prefix)\(day)" }

    /// What was sent on a day; blocks.
    func sent(on day: Int64) -> [AccountID: Int] {
        let descriptor = unsafe open(path(day), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [:] }
        defer { close(descriptor) }
        var sent: [AccountID: Int] = [:]
        var octets: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: Self.record << 12)
        while true {
            let count = unsafe Glibc.read(descriptor, &piece, piece.count)
            guard count > 0 else { break }
            octets += piece[..<count]
            // What is torn at the end was not counted yet.
            while octets.count >= Self.record {
                let (account, number) = Self.read(octets.prefix(Self.record))
                if let account { sent[account, default: 0] += number }
                octets.removeFirst(Self.record)
            }
        }
        return sent
    }

    /// Notes a message; returns at once.
    func add(_ account: AccountID, recipients: Int, on day: Int64) {
        let octets = Self.write(account, recipients)
        let (path, logger) = (path(day), logger)
        Self.thread.submit { _ in
            let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                return logger.warning("what users send today is not remembered", metadata: ["error": "\(errno)"])
            }
            defer { close(descriptor) }
            // One write of few octets: whole, or the disk is full, and then no mail is taken anyway.
            _ = unsafe Glibc.write(descriptor, octets, octets.count)
        }
    }

    /// Removes the files of other days; returns at once.
    func forget(besides day: Int64) {
        let (folder, kept) = (folder, "\(Self.prefix)\(day)")
        Self.thread.submit { _ in
            guard let names = try? DiskFileSystem().names(in: folder) else { return }
            for name in names where name.hasPrefix(Self.prefix) && name != kept { _ = unsafe unlink("\(folder)/\(name)") }
        }
    }

    /// Returns when all that was asked before is done.
    func settled() async {
        await withCheckedContinuation { continuation in Self.thread.submit { _ in continuation.resume() } }
    }

    private static func write(_ account: AccountID, _ recipients: Int) -> [UInt8] {
        let number = UInt32(clamping: recipients)
        return account.octets + (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
    }

    private static func read(_ octets: ArraySlice<UInt8>) -> (AccountID?, Int) {
        (AccountID(octets: Array(octets.prefix(16))), octets.suffix(4).reduce(0) { $0 << 8 | Int($1) })
    }
}
