internal import NIOPosix
internal import Synchronization

/// Puts files, folders and logs on disk for callers that wait. What comes together is flushed side by side: the file system then
/// serves it with hardly more commits than one. What comes while a round runs makes the next one.
final class Flusher: Sendable {
    enum Item: Hashable, Sendable {
        /// A file, or the entries of a folder. One that is gone needs nothing.
        case whole(String)
        /// A log: its octets, and its length where that has changed.
        case octets(String)
    }

    private struct Round {
        var items: Set<Item> = []
        var flushes: [Flush] = []
    }

    private struct State {
        var next = Round()
        var isRunning = false
    }

    /// Flushes at once.
    private static let width = 8

    private let files: FileSystem
    private let failures: FlushWatch
    private let pool = NIOThreadPool(numberOfThreads: width)
    private let state = Mutex(State())

    init(files: FileSystem, failures: FlushWatch) {
        (self.files, self.failures) = (files, failures)
        pool.start()
    }

    /// Begins a flush of at least one item; waits for nothing.
    func begin(_ items: [Item]) -> Flush {
        let flush = Flush()
        let begins = state.withLock { state in
            state.next.items.formUnion(items)
            state.next.flushes.append(flush)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if begins { run() }
        return flush
    }

    func shutdown() async throws { try await pool.shutdownGracefully() }

    private func run() {
        let round = state.withLock { state in
            defer { state.next = Round() }
            return state.next
        }
        let left = Outcome(count: round.items.count)
        for item in round.items {
            pool.submit { [self] _ in
                guard let outcome = left.settle(flush(item)) else { return }
                end(round, outcome)
            }
        }
    }

    private func end(_ round: Round, _ outcome: Result<Void, StoreError>) {
        for flush in round.flushes { flush.end(outcome) }
        let goesOn = state.withLock { state in
            state.isRunning = !state.next.flushes.isEmpty
            return state.isRunning
        }
        if goesOn { run() }
    }

    private func flush(_ item: Item) -> Result<Void, StoreError> {
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

/// What came of a round's items.
private final class Outcome: Sendable {
    private struct State {
        var left: Int
        var outcome: Result<Void, StoreError> = .success(())
    }

    private let state: Mutex<State>

    init(count: Int) { state = Mutex(State(left: count)) }

    /// Notes what came of one.
    ///
    /// - Returns: with the last one, the first failure or success; nil with all before.
    func settle(_ outcome: Result<Void, StoreError>) -> Result<Void, StoreError>? {
        state.withLock { state in
            state.left -= 1
            if case .success = state.outcome { state.outcome = outcome }
            return state.left == 0 ? state.outcome : nil
        }
    }
}
