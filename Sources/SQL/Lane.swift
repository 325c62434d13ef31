package import NIOPosix
internal import Synchronization

/// A serial queue of work that may wait for the disk, run by whichever thread of a pool is free.
///
/// As the executor of an actor it keeps the actor's code off the event loops and off Swift's cooperative pool.
package final class Lane: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isScheduled = false
    }

    private let submit: @Sendable (@escaping @Sendable () -> Void) -> Void
    private let state = Mutex(State())

    /// - Parameter pool: started, and not stopped before the last actor on this lane is gone.
    package init(pool: NIOThreadPool) { submit = { work in pool.submit { _ in work() } } }

    package init(threads: LaneThreads) { submit = { work in threads.submit(work) } }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustSchedule = state.withLock { state in
            state.jobs.append(job)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if mustSchedule { schedule() }
    }

    // A stopped pool also runs what it is given, as cancelled: no job is ever dropped.
    private func schedule() { submit { self.runAll() } }

    /// Takes what is queued now and leaves the thread to other lanes before it takes more.
    private func runAll() {
        let jobs = state.withLock { state in
            defer { state.jobs = [] }
            return state.jobs
        }
        for job in jobs { unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
        let hasMore = state.withLock { state in
            state.isScheduled = !state.jobs.isEmpty
            return state.isScheduled
        }
        if hasMore { schedule() }
    }
}
