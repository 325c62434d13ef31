internal import Synchronization

/// A flush that was begun, and what came of it.
final class Flush: Sendable {
    private struct State {
        /// Nil as long as it runs.
        var outcome: Result<Void, StoreError>?
        var waiting: [CheckedContinuation<Result<Void, StoreError>, Never>] = []
    }

    private let state = Mutex(State())

    /// Whether what was to be flushed is on the disk.
    var isOnDisk: Bool {
        guard case .success = state.withLock({ $0.outcome }) else { return false }
        return true
    }

    /// Waits for its end.
    ///
    /// - Throws: `.unavailable` where anything could not be put on disk: see `FlushWatch`.
    func wait() async throws(StoreError) {
        let outcome = await withCheckedContinuation { continuation in
            let outcome = state.withLock { state in
                if state.outcome == nil { state.waiting.append(continuation) }
                return state.outcome
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
        try outcome.get()
    }

    func end(_ outcome: Result<Void, StoreError>) {
        let waiting = state.withLock { state in
            state.outcome = outcome
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: outcome) }
    }
}
