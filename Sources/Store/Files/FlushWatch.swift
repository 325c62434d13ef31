internal import Logging
internal import SQL
internal import Synchronization

/// Whether a flush has failed. Then nobody knows what is on the disk, and no second try would tell: nothing more is promised until
/// the process starts anew. Processes tell each other by a note.
final class FlushWatch: Sendable {
    private struct State {
        /// Why nothing is promised any more.
        var cause: String?
        /// Whether a failure of this process was noted.
        var isNoted = false
        var waiting: [AsyncStream<Never>.Continuation] = []
    }

    private static let here = "a flush to the disk has failed"
    private static let elsewhere =
        "a flush of another process has failed, and the mail worker has not written anew what it may have lost"

    private let note: FailedFlushNote?
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameter note: nil for who writes anew what the note speaks of.
    init(note: FailedFlushNote?, logger: Logger) { (self.note, self.logger) = (note, logger) }

    /// Nil as long as none has failed.
    var failure: StoreError? { cause.map { .unavailable(cause: $0) } }

    private var cause: String? { state.withLock { $0.cause } }

    /// Runs `body` unless a flush has failed, and looks whether one fails in it.
    func watched<Result>(_ body: () throws -> Result) throws -> Result {
        if let failure { throw failure }
        do { return try body() } catch {
            look(at: error)
            throw error
        }
    }

    /// Runs `body`, which flushes.
    func flushing(_ body: () throws -> Void) throws {
        try watched {
            try body()
            try confirm()
        }
    }

    /// To be asked after each flush that ended well, before anybody is told: where another one has failed meanwhile, here or in
    /// another process, the kernel may have passed over what that one could not write.
    ///
    /// - Throws: what a failed flush does.
    func confirm() throws {
        if note?.stands == true { fail(Self.elsewhere, isOurs: false) }
        if let cause { throw SQLError(.flushFailed, cause) }
    }

    /// Looks whether that is the error of a flush.
    func look(at error: any Error) {
        switch error {
        case let error as FileError where ["fsync", "fdatasync", "syncfs"].contains(error.call): fail(Self.here, isOurs: true)
        case let error as SQLError where error.kind == .flushFailed && error.message != Self.elsewhere:
            fail(Self.here, isOurs: true)
        default: break
        }
    }

    private func fail(_ cause: String, isOurs: Bool) {
        let isToBeNoted = state.withLock { state in
            state.cause = state.cause ?? cause
            defer { state.isNoted = state.isNoted || isOurs }
            return isOurs && !state.isNoted
        }
        if isToBeNoted { leaveNote() }
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.finish() }
    }

    private func leaveNote() {
        do { try note?.add() } catch {
            logger.critical(
                "a failed flush cannot be noted: a power cut may take what was promised before", metadata: ["error": "\(error)"])
        }
    }

    /// Returns when a flush has failed, at once where one has, or when the task is cancelled.
    func untilFailed() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        let hasFailed = state.withLock { state in
            state.waiting.append(continuation)
            return state.cause != nil
        }
        if hasFailed { continuation.finish() }
        for await _ in stream {}
    }
}
