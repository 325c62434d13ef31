internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Threads that may wait for the disk, for lanes and for single pieces of work, which begin in the order in which they come.
///
/// Of those that have nothing to do, the thread that worked last is woken: what it had in its processor's cache is still there,
/// and where few are busy, few hold memory.
package final class LaneThreads: Sendable {
    private struct State {
        /// Those that have nothing to do, the one that worked last at the end.
        var idle: [Int]
        var waiting: CircularBuffer<@Sendable () -> Void>
    }

    private let threads: [NIOThreadPool]
    private let state: Mutex<State>

    /// Starts so many threads.
    package init(_ count: Int) {
        threads = (0..<count).map { _ in NIOThreadPool(numberOfThreads: 1) }
        state = Mutex(State(idle: Array(0..<count), waiting: []))
        for thread in threads { thread.start() }
    }

    /// Runs `work` on a thread that is free, or on the first that becomes so. Once stopped, it is run by whoever brings it.
    package func submit(_ work: @escaping @Sendable () -> Void) {
        let thread = state.withLock { state -> Int? in
            guard let thread = state.idle.popLast() else {
                state.waiting.append(work)
                return nil
            }
            return thread
        }
        guard let thread else { return }
        threads[thread].submit { _ in
            work()
            while let next = self.next(on: thread) { next() }
        }
    }

    private func next(on thread: Int) -> (@Sendable () -> Void)? {
        state.withLock { state in
            if let next = state.waiting.popFirst() { return next }
            state.idle.append(thread)
            return nil
        }
    }

    /// The same, and waits for what comes of it.
    package func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in submit { continuation.resume(returning: work()) } }
    }

    /// Waits for what was begun.
    package func stop() async throws {
        for thread in threads { try await thread.shutdownGracefully() }
    }
}
