package import Mail
internal import Synchronization

/// Tells watchers that an account changed: at once within the process, within a few milliseconds from other processes.
package final class Changes: Sendable {
    private struct Watchers {
        var next = 0
        var streams: [AccountID: [Int: AsyncStream<ChangeNotice>.Continuation]] = [:]
    }

    private let watchers = Mutex(Watchers())
    /// Nil where no other process is there.
    private let datagrams: ChangeDatagrams?

    init(datagrams: ChangeDatagrams?) { self.datagrams = datagrams }

    /// Notices from now on. A watcher that is slow gets the newest one only; writers never wait for it.
    package func watch(_ account: AccountID) -> AsyncStream<ChangeNotice> {
        let (stream, continuation) = AsyncStream.makeStream(of: ChangeNotice.self, bufferingPolicy: .bufferingNewest(1))
        let number = watchers.withLock { watchers in
            watchers.next += 1
            watchers.streams[account, default: [:]][watchers.next] = continuation
            return watchers.next
        }
        continuation.onTermination = { [weak self] _ in self?.forget(number, of: account) }
        return stream
    }

    private func forget(_ number: Int, of account: AccountID) {
        watchers.withLock { watchers in
            watchers.streams[account]?[number] = nil
            if watchers.streams[account]?.isEmpty == true { watchers.streams[account] = nil }
        }
    }

    /// After a commit of this process.
    func committed(_ notice: ChangeNotice) {
        tell(notice)
        datagrams?.enqueue(notice)
    }

    /// Tells this process's watchers.
    func tell(_ notice: ChangeNotice) {
        let streams = watchers.withLock { watchers in watchers.streams[notice.account].map { Array($0.values) } ?? [] }
        for stream in streams { stream.yield(notice) }
    }

    var watchedAccounts: [AccountID] { watchers.withLock { Array($0.streams.keys) } }

    /// Ends all streams.
    func finish() {
        let streams = watchers.withLock { watchers in
            defer { watchers.streams = [:] }
            return watchers.streams.values.flatMap(\.values)
        }
        for stream in streams { stream.finish() }
    }
}
