internal import NIOConcurrencyHelpers
package import NIOCore
package import NIOSSL
package import Worker

/// One client's connection as its session and the server see it. Any thread may use it.
package final class ClientConnection: Sendable {
    private let client: ProxiedClient
    private let address = NIOLockedValueBox("")
    /// Whether TLS began with the first octet.
    package let beganWithTLS: Bool
    /// Where the session's task runs.
    package let executor: LoopExecutor
    private let channel: any Channel
    private let inbox: ConnectionInbox
    private let handler: NIOLoopBound<ConnectionHandler>
    private let farewellTime: TimeAmount
    private let unreadTime: Duration

    /// Sets up `channel`, on its event loop.
    ///
    /// - Parameters:
    ///   - client: who is at the other end.
    ///   - context: for TLS from the first octet; nil where it may come with STARTTLS.
    package init(
        on channel: any Channel, from client: ProxiedClient, implicitTLS context: NIOSSLContext?, limits: IMAPLimits
    ) throws {
        self.client = client
        self.channel = channel
        (farewellTime, unreadTime) = (TimeAmount(limits.farewellTime), limits.unreadTime)
        executor = LoopExecutor(channel.eventLoop)
        inbox = ConnectionInbox()
        beganWithTLS = context != nil
        let handler = ConnectionHandler(inbox: inbox, limits: limits, isEncrypted: context != nil)
        self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
        if let context { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context)) }
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    /// The client's IP address without port; empty where it has none, and before `learnClient`.
    package var remoteAddress: String { address.withLockedValue { $0 } }

    /// Whether the client is this machine itself.
    package var isLoopback: Bool {
        let address = remoteAddress
        return address.hasPrefix("127.") || address == "::1" || address.hasPrefix("::ffff:127.")
    }

    /// Waits until it is known who the client is. False where a proxy does not say it.
    func learnClient() async -> Bool {
        guard let found = try? await client.address() else { return false }
        address.withLockedValue { $0 = found }
        return true
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
            endSoon()
        default: break
        }
    }

    /// Sends octets; returns when the kernel has them, so that no more than that is ever held.
    ///
    /// - Throws: where the connection is gone.
    package func send(_ octets: ByteBuffer) async throws { try await channel.writeAndFlush(octets).get() }

    /// Sends octets without waiting; what follows them is written behind them.
    package func start(_ octets: ByteBuffer) -> EventLoopFuture<Void> { channel.writeAndFlush(octets) }

    /// Whether the kernel has taken what was sent, or nearly all of it: the client reads as fast as it is answered.
    package var keepsUp: Bool { channel.isWritable }

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
        endSoon()
        channel.forgetUnread(after: unreadTime)
        try? await channel.close().get()
    }

    private func endSoon() {
        channel.eventLoop.scheduleTask(in: farewellTime) { [channel, unreadTime] in
            channel.forgetUnread(after: unreadTime)
            channel.close(promise: nil)
        }
    }
}
