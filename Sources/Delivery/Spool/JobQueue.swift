internal import NIOConcurrencyHelpers
internal import NIOCore

/// One thing for the writer thread to make durable.
struct Job: Sendable {
    enum Action: Sendable {
        case accept, note, release
    }

    var action: Action
    var entry: SpoolEntry
    var frame: ByteBuffer
    /// Called on the writer thread once it is durable, or has failed; nil where nobody waits.
    var completion: (@Sendable (SpoolFailure?) -> Void)?
}

/// What waits for the writer thread. Whatever has come together while one flush ran goes with the next.
final class JobQueue: Sendable {
    private struct State {
        var jobs: [Job] = []
        var isClosed = false
    }

    private static let (idle, busy) = (0, 1)
    private let condition = ConditionLock(value: 0)
    private let state = NIOLockedValueBox(State())

    /// False once the queue is closed. A job with a completion wakes the writer.
    func add(_ job: Job) -> Bool {
        let isAdded = state.withLockedValue { state in
            guard !state.isClosed else { return false }
            state.jobs.append(job)
            return true
        }
        if isAdded, job.completion != nil { wake() }
        return isAdded
    }

    /// Puts jobs back that nobody waits for and that could not be written now.
    func putBack(_ jobs: [Job]) { state.withLockedValue { $0.jobs.insert(contentsOf: jobs, at: 0) } }

    func close() {
        state.withLockedValue { $0.isClosed = true }
        wake()
    }

    /// Waits until somebody waits for a job, or this time is over.
    func take(within milliseconds: Int) -> (jobs: [Job], isClosed: Bool) {
        if condition.lock(whenValue: Self.busy, timeoutSeconds: Double(milliseconds) / 1000) {
            condition.unlock(withValue: Self.idle)
        }
        return state.withLockedValue { state in
            defer { state.jobs.removeAll(keepingCapacity: true) }
            return (state.jobs, state.isClosed)
        }
    }

    private func wake() {
        condition.lock()
        condition.unlock(withValue: Self.busy)
    }
}
