internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Threads that may wait for the disk, for lanes and for single pieces of work, which begin in the order in which they come.
///
/// Of those that have nothing to do, the thread that worked last is woken: what it had in its processor's cache is still there,
/// and where few are busy, few hold memory.
package final class LaneThreads: Sendable {
    /// Answers whether it is to be run again.
    private typealias Turn = @Sendable () -> Bool

    private struct State {
        /// Pools of one thread each.
        var threads: [NIOThreadPool]
        /// Those that have nothing to do, the one that worked last at the end.
        var idle: [Int]
        var waiting: CircularBuffer<Turn> = []
    }

    private let state: Mutex<State>

    /// Starts so many threads.
    package init(_ count: Int) {
        state = Mutex(State(threads: (0..<count).map { _ in Self.started() }, idle: Array(0..<count)))
    }

    private static func started() -> NIOThreadPool {
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        return thread
    }

    /// Runs `work` on a thread that is free, or on the first that becomes so. Once stopped, it is run by whoever brings it.
    package func submit(_ work: @escaping @Sendable () -> Void) {
        submit(turns: {
            work()
            return false
        })
    }

    /// The same, again and again for as long as `turn` answers true: behind what waits, and on the same thread where nothing does,
    /// for waking another costs more than most turns.
    package func submit(turns turn: @escaping @Sendable () -> Bool) {
        let free = state.withLock { state -> (place: Int, thread: NIOThreadPool)? in
            guard let place = state.idle.popLast() else {
                state.waiting.append(turn)
                return nil
            }
            return (place, state.threads[place])
        }
        guard let free else { return }
        free.thread.submit { _ in self.workOn(at: free.place, turn) }
    }

    /// Takes turns until nothing waits.
    private func workOn(at place: Int, _ first: Turn?) {
        var next = first ?? self.next(at: place, behind: nil)
        while let turn = next { next = self.next(at: place, behind: turn() ? turn : nil) }
    }

    private func next(at place: Int, behind ongoing: Turn?) -> Turn? {
        state.withLock { state in
            if let ongoing { state.waiting.append(ongoing) }
            if let next = state.waiting.popFirst() { return next }
            state.idle.append(place)
            return nil
        }
    }

    /// The same, and waits for what comes of it.
    package func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in submit { continuation.resume(returning: work()) } }
    }

    /// Puts new threads in the place of those that have nothing to do, one after the other: the allocator keeps some of what a
    /// thread has freed for as long as it lives, and with it the pages where that lies.
    package func renewIdle() async throws {
        for place in state.withLock({ $0.idle }) {
            let ending = state.withLock { state -> NIOThreadPool? in
                // It may have got something to do meanwhile.
                guard let index = state.idle.firstIndex(of: place) else { return nil }
                state.idle.remove(at: index)
                return state.threads[place]
            }
            guard let ending else { continue }
            try await ending.shutdownGracefully()
            let thread = Self.started()
            state.withLock { $0.threads[place] = thread }
            thread.submit { _ in self.workOn(at: place, nil) }
        }
    }

    /// Waits for what was begun.
    package func stop() async throws {
        for thread in state.withLock({ $0.threads }) { try await thread.shutdownGracefully() }
    }
}
