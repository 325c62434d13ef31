internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOPosix

/// Threads that check passwords: so many at once, and so many waiting; more are refused.
final class HashingThreads: Sendable {
    struct Limits: Sendable {
        /// Hashes computed at once. Each takes a processor and 16 MB.
        var threads = max(2, System.coreCount)
        /// Checks that wait for a thread; with 50 ms each, the last one waits some 3 seconds.
        var waiting = 128
    }

    private let limits: Limits
    private let pool: NIOThreadPool
    private let pending = NIOLockedValueBox(0)

    init(_ limits: Limits = Limits()) {
        self.limits = limits
        pool = NIOThreadPool(numberOfThreads: limits.threads)
        pool.start()
    }

    deinit { pool.shutdownGracefully { _ in } }

    /// Runs `work` on one of the threads; nil at once where too many wait, or the program is stopping.
    func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result? {
        let admitted = pending.withLockedValue { pending in
            guard pending < limits.threads + limits.waiting else { return false }
            pending += 1
            return true
        }
        guard admitted else { return nil }
        defer { pending.withLockedValue { $0 -= 1 } }
        return try? await pool.runIfActive(work)
    }
}
