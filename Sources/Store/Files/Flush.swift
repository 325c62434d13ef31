internal import Synchronization

/// A flush of several items, and what came of it.
final class Flush: Sendable {
    private typealias Outcome = Result<Void, StoreError>

    private struct State {
        /// Items that are still being flushed, and one more as long as others may be added.
        var left = 1
        /// Failed as soon as one item has.
        var outcome: Outcome = .success(())
        var waiting: [CheckedContinuation<Outcome, Never>] = []
    }

    private let state = Mutex(State())

    /// Whether what was to be flushed is on the disk; nil before its end.
    var isOnDisk: Bool? {
        state.withLock { state in
            guard state.left == 0 else { return nil }
            if case .success = state.outcome { return true }
            return false
        }
    }

    /// Waits for its end, which comes after `close`.
    ///
    /// - Throws: `.unavailable` where anything could not be put on disk: see `FlushWatch`.
    func wait() async throws(StoreError) {
        let outcome = await withCheckedContinuation { continuation in
            let outcome = state.withLock { state -> Outcome? in
                guard state.left > 0 else { return state.outcome }
                state.waiting.append(continuation)
                return nil
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
        try outcome.get()
    }

    /// So many items more are being flushed.
    func add(_ items: Int) { state.withLock { $0.left += items } }

    /// No item more is added.
    func close() { settle(.success(())) }

    /// Notes what came of one item.
    func settle(_ outcome: Result<Void, StoreError>) {
        let (waiting, outcome) = state.withLock { state -> ([CheckedContinuation<Outcome, Never>], Outcome) in
            state.left -= 1
            if case .success = state.outcome { state.outcome = outcome }
            guard state.left == 0 else { return ([], state.outcome) }
            defer { state.waiting = [] }
            return (state.waiting, state.outcome)
        }
        for continuation in waiting { continuation.resume(returning: outcome) }
    }
}
