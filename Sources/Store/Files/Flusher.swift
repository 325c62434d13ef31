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
        var waiting: [CheckedContinuation<StoreError?, Never>] = []
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

    /// - Throws: `.unavailable` where anything of the round could not be put on disk: see `FlushWatch`.
    nonisolated(nonsending) func flush(_ items: [Item]) async throws(StoreError) {
        let failure = await withCheckedContinuation { continuation in
            let begins = state.withLock { state in
                state.next.items.formUnion(items)
                state.next.waiting.append(continuation)
                defer { state.isRunning = true }
                return !state.isRunning
            }
            if begins { run() }
        }
        if let failure { throw failure }
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
                guard let failure = left.settle(flush(item)) else { return }
                end(round, failure)
            }
        }
    }

    private func end(_ round: Round, _ failure: StoreError?) {
        for continuation in round.waiting { continuation.resume(returning: failure) }
        let goesOn = state.withLock { state in
            state.isRunning = !state.next.waiting.isEmpty
            return state.isRunning
        }
        if goesOn { run() }
    }

    private func flush(_ item: Item) -> StoreError? {
        do throws(StoreError) {
            try StoreError.wrapping {
                try failures.watched {
                    switch item {
                    case .whole(let path): try files.sync(path)
                    case .octets(let path): try files.syncOctets(path)
                    }
                }
            }
            return nil
        } catch { return error }
    }
}

/// What came of a round's flushes.
private final class Outcome: Sendable {
    private struct State {
        var left: Int
        var failure: StoreError?
    }

    private let state: Mutex<State>

    init(count: Int) { state = Mutex(State(left: count)) }

    /// Notes one flush.
    ///
    /// - Returns: with the last one, the first failure or nil; nil with all before.
    func settle(_ failure: StoreError?) -> StoreError?? {
        state.withLock { state in
            state.left -= 1
            if state.failure == nil { state.failure = failure }
            return state.left == 0 ? .some(state.failure) : .none
        }
    }
}
