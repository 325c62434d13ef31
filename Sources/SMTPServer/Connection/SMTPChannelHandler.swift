internal import NIOCore
internal import NIOSSL
internal import NIOTLS
internal import TLS
internal import Worker

/// What a connection's task reads.
enum Incoming: Sendable {
    case octets(ByteBuffer)
    /// A TLS handshake is done; octets before it came in plain text.
    case secured(version: String)
    /// There is something to look at beside the stream.
    case wake
}

/// What it writes.
enum Outgoing: Sendable {
    case octets(ByteBuffer)
    /// The last octets in plain text; TLS begins behind them.
    case startTLS(ByteBuffer)
}

/// Wakes a connection's task.
struct WakeUp: Sendable {}

/// The last handler of a connection: marks in the stream where TLS begins, and begins it in the same turn of the event loop
/// in which the 220 is written, so that nothing that came in plain text is ever read as if it came by TLS (RFC 3207 §4.2).
final class SMTPChannelHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = Incoming
    typealias OutboundIn = Outgoing
    typealias OutboundOut = ByteBuffer

    private let certificates: ServerCertificates?

    private let unread: Duration

    /// - Parameter unread: `SMTPLimits.unread`.
    init(_ certificates: ServerCertificates?, unread: Duration) { (self.certificates, self.unread) = (certificates, unread) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireChannelRead(wrapInboundOut(.octets(unwrapInboundIn(data))))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is WakeUp { pass(.wake, context) }
        if case .handshakeCompleted? = event as? TLSUserEvent {
            let version = try? context.channel.pipeline.syncOperations.nioSSL_tlsVersion()
            pass(.secured(version: Self.name(of: version ?? nil)), context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// What comes between two reads is handed to the task at the end of a read, which none may follow for long.
    private func pass(_ incoming: Incoming, _ context: ChannelHandlerContext) {
        context.fireChannelRead(wrapInboundOut(incoming))
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .octets(let octets): context.write(wrapOutboundOut(octets), promise: promise)
        case .startTLS(let reply):
            context.writeAndFlush(wrapOutboundOut(reply), promise: promise)
            do {
                guard let certificates else { return context.close(promise: nil) }
                let handler = NIOSSLServerHandler(context: certificates.context)
                try context.channel.pipeline.syncOperations.addHandler(handler, position: .first)
            } catch { context.close(promise: nil) }
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .all { context.channel.forgetUnread(after: unread) }
        context.close(mode: mode, promise: promise)
    }

    /// As the Received line has it.
    private static func name(of version: TLSVersion?) -> String {
        switch version {
        case .tlsv13: "TLSv1.3"
        case .tlsv12: "TLSv1.2"
        default: "TLS"
        }
    }
}
