internal import Glibc
package import NIOCore

/// Keeps a listening socket in service when a connection cannot be taken for want of descriptors or memory (accept(2)): taking
/// pauses, and what waits in the kernel's queue is taken later. Without it the listener would be given up for one such failure.
///
/// Goes into a listening channel's pipeline by `serverChannelInitializer(AcceptFailures.add)`.
package final class AcceptFailures: ChannelInboundHandler {
    package typealias InboundIn = Any

    /// How long taking pauses: what closes meanwhile gives descriptors back.
    package static let pause = TimeAmount.milliseconds(100)
    /// What passes by itself.
    private static let passing: Set<CInt> = [EMFILE, ENFILE, ENOBUFS, ENOMEM, ECONNABORTED]

    /// Puts one into the pipeline of a listening channel.
    @Sendable package static func add(to channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(AcceptFailures()) }
    }

    private let failed: @Sendable (CInt) -> Void
    private var pauses = false

    /// - Parameter failed: told the `errno` of each pause; on the event loop.
    package init(failed: @escaping @Sendable (CInt) -> Void = { _ in }) { self.failed = failed }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let failure = error as? IOError, Self.passing.contains(failure.errnoCode) else {
            return context.fireErrorCaught(error)
        }
        guard !pauses else { return }
        pauses = true
        failed(failure.errnoCode)
        let channel = context.channel
        _ = try? channel.syncOptions?.setOption(.autoRead, value: false)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.pauses = false
            _ = try? channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }
}
