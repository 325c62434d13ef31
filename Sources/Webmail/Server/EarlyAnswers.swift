internal import NIOCore
internal import NIOHTTP1

/// Closes a connection whose request was answered before all of it had come: for what is still coming it waits so long, and no
/// longer (RFC 9112 §9.6). A small rest comes within that time, and the connection goes on.
///
/// Beside the HTTP decoder, so that it hears of the end of each request whether or not anybody reads the body.
final class EarlyAnswers: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let patience: TimeAmount
    /// Requests that have come whole, and answers that were written whole; of a pipeline more may have come than were answered.
    private var (come, answered) = (0, 0)
    private var timer: Scheduled<Void>?

    init(patience: Duration) { self.patience = TimeAmount(patience) }

    /// Adds itself to a pipeline that is set up for HTTP; on its event loop.
    static func watch(_ channel: any Channel, patience: Duration) throws {
        let pipeline = channel.pipeline.syncOperations
        let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
        try pipeline.addHandler(EarlyAnswers(patience: patience), position: .after(decoder))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .end = unwrapInboundIn(data) {
            come += 1
            if come >= answered { stop() }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            answered += 1
            if answered > come {
                stop()
                let channel = context.channel
                timer = context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
            }
        }
        context.write(data, promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { stop() }

    private func stop() {
        timer?.cancel()
        timer = nil
    }
}
