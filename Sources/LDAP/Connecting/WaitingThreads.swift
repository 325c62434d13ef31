internal import NIOConcurrencyHelpers
internal import NIOPosix

/// Threads that wait for servers: so many at once, and so many waiting for a thread; more are refused.
package final class WaitingThreads: Sendable {
    private let most: Int
    private let pool: NIOThreadPool
    private let pending = NIOLockedValueBox(0)

    /// - Parameters:
    ///   - threads: what is done at once.
    ///   - waiting: what may wait for a thread besides.
    package init(threads: Int, waiting: Int) {
        most = threads + waiting
        pool = NIOThreadPool(numberOfThreads: threads)
        pool.start()
    }

    deinit { pool.shutdownGracefully { _ in } }

    /// Too many wait, or the program is stopping.
    package struct Refused: Error {
        package init() {}
    }

    /// Runs `work` on one of the threads.
    ///
    /// - Throws: `Refused`, and what `work` throws.
    package func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        let admitted = pending.withLockedValue { pending in
            guard pending < most else { return false }
            pending += 1
            return true
        }
        guard admitted else { throw Refused() }
        defer { pending.withLockedValue { $0 -= 1 } }
        return try await pool.runIfActive(work)
    }
}
