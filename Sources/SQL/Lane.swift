package import NIOPosix
internal import Synchronization

/// A serial queue of work that may wait for the disk, run by whichever thread of a pool is free.
///
/// As the executor of an actor it keeps the actor's code off the event loops and off Swift's cooperative pool.
package final class Lane: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        /// What follows the turn that runs.
        var following: [@Sendable () -> Void] = []
        var isScheduled = false
    }

    /// Has a turn run, and run again for as long as it answers that there is more to do.
    private let run: @Sendable (_ turn: @escaping @Sendable () -> Bool) -> Void
    private let state = Mutex(State())

    /// - Parameter pool: started, and not stopped before the last actor on this lane is gone.
    package init(pool: NIOThreadPool) { run = { turn in Self.run(turn, on: pool) } }

    package init(threads: LaneThreads) { run = { turn in threads.submit(turns: turn) } }

    private static func run(_ turn: @escaping @Sendable () -> Bool, on pool: NIOThreadPool) {
        pool.submit { _ in if turn() { run(turn, on: pool) } }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustSchedule = state.withLock { state in
            state.jobs.append(job)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        // A stopped pool also runs what it is given, as cancelled: no job is ever dropped.
        if mustSchedule { run { self.takeTurn() } }
    }

    /// Has the thread that runs this turn do some work after it, when the lane is free again: to wake another thread for it takes
    /// longer than the work of many a turn. To be called in a turn of this lane.
    package func follow(with work: @escaping @Sendable () -> Void) { state.withLock { $0.following.append(work) } }

    /// Runs what is queued now; other lanes have their turn before it takes more.
    ///
    /// - Returns: whether more is queued by then, as when a job waited for something that was there already.
    private func takeTurn() -> Bool {
        let jobs = state.withLock { state in
            defer { state.jobs = [] }
            return state.jobs
        }
        for job in jobs { unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
        let (goesOn, following) = state.withLock { state in
            state.isScheduled = !state.jobs.isEmpty
            defer { state.following = [] }
            return (state.isScheduled, state.following)
        }
        guard !following.isEmpty else { return goesOn }
        if goesOn { run { self.takeTurn() } }
        for work in following { work() }
        return false
    }
}
