package import NIOCore

/// Stands first in the pipeline of a declared proxy's connection until its header is read, and lets nothing through before.
package final class ProxyHandler: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer

    /// How long the header may take.
    package static let patience: TimeAmount = .seconds(5)

    private let client: EventLoopPromise<String?>
    private var octets = ByteBuffer()
    private var isDone = false
    private var timer: Scheduled<Void>?

    /// - Parameter client: gets the client's address, or nil where the proxy speaks for itself; fails where no header comes.
    package init(_ client: EventLoopPromise<String?>) { self.client = client }

    package func handlerAdded(context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { context.close(promise: nil) }
        if context.channel.isActive { context.read() }
    }

    package func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        // Also where those behind have not asked yet.
        context.read()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone else { return context.fireChannelRead(data) }
        var more = unwrapInboundIn(data)
        octets.writeBuffer(&more)
        do throws(ProxyHeaderError) {
            guard let header = try ProxyHeader.read(from: &octets) else { return context.read() }
            finish(context, header)
        } catch {
            isDone = true
            client.fail(error)
            context.close(promise: nil)
        }
    }

    private func finish(_ context: ChannelHandlerContext, _ header: ProxyHeader) {
        isDone = true
        timer?.cancel()
        client.succeed(header.client)
        if octets.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(octets)) }
        context.fireChannelReadComplete()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    package func handlerRemoved(context: ChannelHandlerContext) { end() }

    package func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        timer?.cancel()
        guard !isDone else { return }
        isDone = true
        client.fail(ChannelError.eof)
    }
}
