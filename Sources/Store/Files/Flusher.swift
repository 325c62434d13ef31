internal import SQL
internal import Synchronization

/// Puts files, folders and logs on disk for callers that wait. Each item is flushed by itself, so that a slow one holds up
/// nobody else as long as threads are left; who comes while it is flushed shares the next flush of it with all who come by then.
final class Flusher: Sendable {
    enum Item: Hashable, Sendable {
        /// A file, or the entries of a folder. One that is gone needs nothing.
        case whole(String)
        /// A log: its octets, and its length where that has changed.
        case octets(String)
    }

    private struct State {
        /// Who waits for the flush of an item that runs.
        var running: [Item: [Flush]] = [:]
        /// Who has come since: that flush may have passed over what they wrote.
        var next: [Item: [Flush]] = [:]
        /// Lanes' threads that flush.
        var lanes = 0

        /// Notes who waits for an item.
        ///
        /// - Returns: whether its flush is to be begun.
        mutating func starts(_ item: Item, _ flush: Flush) -> Bool {
            guard running[item] != nil else {
                running[item] = [flush]
                return true
            }
            next[item, default: []].append(flush)
            return false
        }
    }

    /// Flushes at once.
    private static let width = 8
    /// Lanes' threads that flush at once, besides. The others are there for who comes next.
    private static let lanesWidth = 2

    private let files: FileSystem
    private let failures: FlushWatch
    private let threads = LaneThreads(width)
    private let state = Mutex(State())

    init(files: FileSystem, failures: FlushWatch) { (self.files, self.failures) = (files, failures) }

    /// Begins a flush of these items and no others; waits for nothing.
    ///
    /// - Parameter items: different ones.
    func flush(_ items: [Item]) -> Flush {
        let flush = Flush()
        begin(items, of: flush)
        flush.close()
        return flush
    }

    /// Begins to flush items; waits for nothing.
    ///
    /// - Parameter items: different ones.
    func begin(_ items: [Item], of flush: Flush) {
        flush.add(items.count)
        let starting = state.withLock { state in items.filter { state.starts($0, flush) } }
        for item in starting { submit(item) }
    }

    /// Begins to flush an item with which a lane's turn ends; waits for nothing. To be called in that turn, whose thread flushes
    /// it where not too many do.
    func begin(_ item: Item, of flush: Flush, after lane: Lane) {
        flush.add(1)
        let (starts, follows) = state.withLock { state in
            guard state.starts(item, flush) else { return (false, false) }
            guard state.lanes < Self.lanesWidth else { return (true, false) }
            state.lanes += 1
            return (true, true)
        }
        guard starts else { return }
        guard follows else { return submit(item) }
        lane.follow { [self] in
            let isToGoOn = takeTurn(with: item)
            state.withLock { $0.lanes -= 1 }
            if isToGoOn { submit(item) }
        }
    }

    private func submit(_ item: Item) { threads.submit(turns: { [self] in takeTurn(with: item) }) }

    func shutdown() async throws { try await threads.stop() }

    /// - Returns: whether the item is to be flushed again.
    private func takeTurn(with item: Item) -> Bool {
        let outcome = putOnDisk(item)
        let (ended, next) = state.withLock { state in
            let next = state.next.removeValue(forKey: item)
            defer { state.running[item] = next }
            return (state.running[item] ?? [], next)
        }
        for flush in ended { flush.settle(outcome) }
        return next != nil
    }

    private func putOnDisk(_ item: Item) -> Result<Void, StoreError> {
        Result { () throws(StoreError) in
            try StoreError.wrapping {
                try failures.flushing {
                    switch item {
                    case .whole(let path): try files.sync(path)
                    case .octets(let path): try files.syncOctets(path)
                    }
                }
            }
        }
    }
}
