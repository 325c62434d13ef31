package import Mail
internal import Synchronization

/// Tells watchers that an account changed: at once within the process, from other processes when
/// `ChangeDatagrams` sends next.
package final class Changes: Sendable {
    private struct Watchers {
        var next = 0
        var byAccount: [AccountID: [Int: @Sendable (ChangeNotice) -> Void]] = [:]
        var streams: [Int: AsyncStream<ChangeNotice>.Continuation] = [:]
    }

    private let watchers = Mutex(Watchers())
    /// Nil where no other process is there.
    private let datagrams: ChangeDatagrams?

    init(datagrams: ChangeDatagrams?) { self.datagrams = datagrams }

    /// Notices from now on. A watcher that is slow gets the newest one only; writers never wait for it.
    package func watch(_ account: AccountID) -> AsyncStream<ChangeNotice> {
        let (stream, continuation) = AsyncStream.makeStream(of: ChangeNotice.self, bufferingPolicy: .bufferingNewest(1))
        let held = watch(account) { notice in continuation.yield(notice) }
        watchers.withLock { $0.streams[held.number] = continuation }
        continuation.onTermination = { _ in held.end() }
        return stream
    }

    /// Calls `tell` with each notice until the watch is gone: on a thread that writes, so it must neither wait nor call back.
    package func watch(_ account: AccountID, _ tell: @escaping @Sendable (ChangeNotice) -> Void) -> ChangeWatch {
        let number = watchers.withLock { watchers in
            watchers.next += 1
            watchers.byAccount[account, default: [:]][watchers.next] = tell
            return watchers.next
        }
        return ChangeWatch(number: number, account: account, changes: self)
    }

    fileprivate func forget(_ number: Int, of account: AccountID) {
        // Let go of outside of the lock: what a watcher holds may end other watches.
        _ = watchers.withLock { watchers in
            defer { if watchers.byAccount[account]?.isEmpty == true { watchers.byAccount[account] = nil } }
            return (watchers.streams.removeValue(forKey: number), watchers.byAccount[account]?.removeValue(forKey: number))
        }
    }

    /// After a commit of this process.
    func committed(_ notice: ChangeNotice) {
        tell(notice)
        datagrams?.enqueue(notice)
    }

    /// Tells this process's watchers.
    func tell(_ notice: ChangeNotice) {
        let watching = watchers.withLock { watchers in watchers.byAccount[notice.account].map { Array($0.values) } ?? [] }
        for watcher in watching { watcher(notice) }
    }

    var watchedAccounts: [AccountID] { watchers.withLock { Array($0.byAccount.keys) } }

    /// Ends all streams.
    func finish() {
        let streams = watchers.withLock { watchers in
            defer { watchers.streams = [:] }
            return Array(watchers.streams.values)
        }
        for stream in streams { stream.finish() }
    }
}

/// Somebody's wish to be told of an account's changes, for as long as it is held.
package final class ChangeWatch: Sendable {
    fileprivate let number: Int
    private let account: AccountID
    private weak let changes: Changes?

    fileprivate init(number: Int, account: AccountID, changes: Changes) {
        (self.number, self.account, self.changes) = (number, account, changes)
    }

    deinit { end() }

    /// Nothing is told any more, or a last notice that was on its way.
    fileprivate func end() { changes?.forget(number, of: account) }
}
