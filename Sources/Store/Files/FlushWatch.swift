internal import SQL
internal import Synchronization

/// Whether a flush of this process has failed. Then nobody knows what is on the disk, and no second try would tell: nothing more
/// is promised until the process starts anew.
final class FlushWatch: Sendable {
    private struct State {
        var hasFailed = false
        var waiting: [AsyncStream<Never>.Continuation] = []
    }

    private let state = Mutex(State())

    var hasFailed: Bool { state.withLock { $0.hasFailed } }

    /// Runs `body` unless a flush has failed, and looks whether one fails in it.
    func watched<Result>(_ body: () throws -> Result) throws -> Result {
        guard !hasFailed else { throw StoreError.unavailable(cause: "a flush to the disk has failed") }
        do { return try body() } catch {
            look(at: error)
            throw error
        }
    }

    private func look(at error: any Error) {
        switch error {
        case let error as FileError where ["fsync", "fdatasync", "syncfs"].contains(error.call): fail()
        case let error as SQLError where error.kind == .flushFailed: fail()
        default: break
        }
    }

    private func fail() {
        let waiting = state.withLock { state in
            state.hasFailed = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.finish() }
    }

    /// Returns when a flush has failed, at once where one has, or when the task is cancelled.
    func untilFailed() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        let hasFailed = state.withLock { state in
            state.waiting.append(continuation)
            return state.hasFailed
        }
        if hasFailed { continuation.finish() }
        for await _ in stream {}
    }
}
