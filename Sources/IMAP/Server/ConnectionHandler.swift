internal import NIOCore
internal import Worker

/// Puts what arrives into the connection's inbox, and watches the clock. On the connection's event loop.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let inbox: ConnectionInbox
    private let stallTime: TimeAmount
    private let farewellTime: TimeAmount
    private let unreadTime: Duration
    private var isEncrypted: Bool
    /// How long the peer may be silent, and since when it is.
    private var patience: TimeAmount
    private var since = NIODeadline.now()
    /// Whether octets that come start the patience anew.
    private var isPatienceRenewed = false
    private var unwritableSince: NIODeadline?
    private var timer: Scheduled<Void>?

    init(inbox: ConnectionInbox, limits: IMAPLimits, isEncrypted: Bool) {
        self.inbox = inbox
        (stallTime, farewellTime) = (TimeAmount(limits.stallTime), TimeAmount(limits.farewellTime))
        unreadTime = limits.unreadTime
        self.isEncrypted = isEncrypted
        patience = TimeAmount(limits.authenticationTime)
    }

    func handlerAdded(context: ChannelHandlerContext) { watch(context) }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isPatienceRenewed { since = .now() }
        inbox.put(.octets(unwrapInboundIn(data), isEncrypted: isEncrypted))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if inbox.hasRoom { context.read() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        inbox.put(.closed)
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        unwritableSince = context.channel.isWritable ? nil : .now()
        context.fireChannelWritabilityChanged()
    }

    /// A connection reset, or TLS that fails, ends the connection and nothing else.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { close(context) }

    /// From now on only what comes through TLS is taken as such.
    func startedTLS() { isEncrypted = true }

    /// How long the peer may say nothing from now on.
    ///
    /// - Parameter isRenewed: whether each octet starts the time anew; else it is a deadline.
    func allow(_ patience: Duration, isRenewed: Bool, context: ChannelHandlerContext) {
        self.patience = TimeAmount(patience)
        isPatienceRenewed = isRenewed
        since = .now()
        timer?.cancel()
        watch(context)
    }

    private func watch(_ context: ChannelHandlerContext) {
        let next = min(since + patience, (unwritableSince ?? .now()) + stallTime)
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: next) { self.look(context) }
    }

    private func look(_ context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        if let unwritableSince, unwritableSince + stallTime <= now { return context.channel.cut() }
        guard since + patience <= now else { return watch(context) }
        inbox.put(.timedOut)
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: farewellTime) { self.close(context) }
    }

    private func close(_ context: ChannelHandlerContext) {
        context.channel.forgetUnread(after: unreadTime)
        context.close(promise: nil)
    }
}
