package import NIOCore

/// Runs a connection's task on the connection's own event loop: what arrives and what is answered changes no thread on its way.
/// What waits for a disk or a database has threads of its own, so a session never holds the loop up.
package final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    package init(_ loop: any EventLoop) { self.loop = loop }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
