internal import NIOCore
internal import Worker

/// Cuts a connection whose peer does not read: what is written to it has waited for too long. And whatever closes one, what its
/// peer has not read by then does not wait for long.
///
/// The first handler of the pipeline, beside the socket. (What does not come is the HTTP channel's business: a connection without
/// a whole request head is closed after `WebLimits.idle`, a body has `WebLimits.requestTime`.)
final class StalledWrites: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = Any
    typealias OutboundIn = Any

    private let patience: TimeAmount
    private let unread: Duration
    private var timer: Scheduled<Void>?

    /// - Parameters:
    ///   - patience: how long what is written may wait.
    ///   - unread: the same once the connection is closed.
    init(patience: Duration, unread: Duration) { (self.patience, self.unread) = (TimeAmount(patience), unread) }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        if !context.channel.isWritable {
            let channel = context.channel
            timer = context.eventLoop.scheduleTask(in: patience) { channel.cut() }
        }
        context.fireChannelWritabilityChanged()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .all { context.channel.forgetUnread(after: unread) }
        context.close(mode: mode, promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }
}
