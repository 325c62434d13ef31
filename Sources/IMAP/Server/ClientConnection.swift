package import NIOCore
package import NIOSSL
package import Worker

/// One client's connection as its session and the server see it. Any thread may use it.
package final class ClientConnection: Sendable {
    /// The client's IP address without port; empty where it has none.
    package let remoteAddress: String
    /// Whether the client is this machine itself.
    package let isLoopback: Bool
    /// Whether TLS began with the first octet.
    package let beganWithTLS: Bool
    /// Where the session's task runs.
    package let executor: LoopExecutor
    private let channel: any Channel
    private let inbox: ConnectionInbox
    private let handler: NIOLoopBound<ConnectionHandler>
    private let limits: IMAPLimits

    /// Sets up `channel`, on its event loop.
    ///
    /// - Parameter context: for TLS from the first octet; nil where it may come with STARTTLS.
    package init(on channel: any Channel, implicitTLS context: NIOSSLContext?, limits: IMAPLimits) throws {
        self.channel = channel
        self.limits = limits
        executor = LoopExecutor(channel.eventLoop)
        inbox = ConnectionInbox()
        beganWithTLS = context != nil
        remoteAddress = channel.remoteAddress?.ipAddress ?? ""
        isLoopback = remoteAddress.hasPrefix("127.") || remoteAddress == "::1" || remoteAddress.hasPrefix("::ffff:127.")
        let handler = ConnectionHandler(inbox: inbox, limits: limits, isEncrypted: context != nil)
        self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
        if let context { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context)) }
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    /// Waits for what happens next.
    package func next() async -> ConnectionEvent { await inbox.next { channel.read() } }

    /// What has happened already, without waiting.
    package func poll() -> ConnectionEvent? { inbox.poll() }

    /// Tells the session something.
    package func put(_ event: ConnectionEvent) {
        inbox.put(event)
        switch event {
        case .ended, .stopping:
            // Whether the session gets to say farewell or waits for a peer that does not read: the end comes.
            let channel = channel
            channel.eventLoop.scheduleTask(in: TimeAmount(limits.farewellTime)) { channel.close(promise: nil) }
        default: break
        }
    }

    /// Sends octets; returns when the kernel has them, so that no more than that is ever held.
    ///
    /// - Throws: where the connection is gone.
    package func send(_ octets: ByteBuffer) async throws { try await channel.writeAndFlush(octets).get() }

    /// Sends octets without waiting; what follows them is written behind them.
    package func start(_ octets: ByteBuffer) -> EventLoopFuture<Void> { channel.writeAndFlush(octets) }

    /// Sends `reply` as it is and begins TLS with the octet behind it. Nothing that was sent before counts (RFC 9051 §6.2.1).
    package func startTLS(_ context: NIOSSLContext, after reply: ByteBuffer) async throws {
        try await channel.eventLoop.submit { [channel, handler] in
            // In one turn of the loop, so that the client's first TLS octets meet the TLS handler.
            channel.writeAndFlush(reply, promise: nil)
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context), position: .first)
            handler.value.startedTLS()
        }.get()
    }

    /// How long the client may be silent from now on; see `ConnectionHandler.allow`.
    package func allow(_ patience: Duration, isRenewed: Bool) {
        channel.eventLoop.execute { [channel, handler] in
            guard let context = try? channel.pipeline.syncOperations.context(handler: handler.value) else { return }
            handler.value.allow(patience, isRenewed: isRenewed, context: context)
        }
    }

    /// Closes once everything is sent, at the latest after `limits.farewellTime`.
    package func close() async {
        let channel = channel
        channel.eventLoop.scheduleTask(in: TimeAmount(limits.farewellTime)) { channel.close(promise: nil) }
        try? await channel.close().get()
    }
}
