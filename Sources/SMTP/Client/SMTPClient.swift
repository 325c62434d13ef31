internal import LocalSocket
package import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Hands messages over to an SMTP server: the local submission socket, or another host.
///
///     let client = SMTPClient(.unixSocket(path: path), helo: "localhost", login: .account(id), deadlines: .local)
///     let accepted = try await client.send(OutgoingMessage(envelope, size: octets.readableBytes), octets: octets)
package struct SMTPClient: Sendable {
    private let destination: ClientDestination
    private let security: ClientSecurity
    private let helo: String
    private let login: ClientLogin?
    private let deadlines: ClientDeadlines

    package init(
        _ destination: ClientDestination, security: ClientSecurity = .plain, helo: String, login: ClientLogin? = nil,
        deadlines: ClientDeadlines = ClientDeadlines()
    ) {
        self.destination = destination
        self.security = security
        self.helo = helo
        self.login = login
        self.deadlines = deadlines
    }

    /// Sends one message that is in memory.
    ///
    /// - Throws: `ClientError`.
    package func send(_ message: OutgoingMessage, octets: ByteBuffer) async throws -> MessageAcceptance {
        try await send(
            message,
            octets: AsyncStream { continuation in
                continuation.yield(octets)
                continuation.finish()
            })
    }

    /// Sends one message; `octets` are asked for as the server takes them, lines ended by CRLF.
    ///
    /// - Throws: `ClientError`, or what `octets` throws: the server then drops the message, as its end never comes.
    package func send<Octets: AsyncSequence>(
        _ message: OutgoingMessage, octets: Octets
    ) async throws -> MessageAcceptance where Octets.Element == ByteBuffer {
        try await withSession { session in try await session.send(message, octets: octets) }
    }

    /// Connects, says hello, sets TLS up, logs in, and after `body` says QUIT.
    ///
    /// - Throws: `ClientError`, or what `body` throws.
    package func withSession<Result>(_ body: (ClientSession) async throws -> Result) async throws -> Result {
        let channel = try await connect()
        return try await channel.executeThenClose { inbound, outbound in
            let session = ClientSession(channel: channel.channel, inbound: inbound, outbound: outbound, deadlines: deadlines)
            try await session.open(helo: helo, security: security, login: login)
            let result = try await body(session)
            await session.quit()
            return result
        }
    }

    private func connect() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.init(deadlines.connect))
        let security = security
        let prepare: @Sendable (any Channel) -> EventLoopFuture<NIOAsyncChannel<ByteBuffer, ByteBuffer>> = { channel in
            channel.eventLoop.makeCompletedFuture {
                if case .immediate(let context, let name) = security {
                    try channel.pipeline.syncOperations.addHandler(ClientSession.tlsHandler(context, name))
                }
                return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
            }
        }
        do {
            switch destination {
            case .unixSocket(let path):
                let connected = try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: prepare)
                // Mail is not for whoever took hold of the path.
                guard let peer = await Peer.of(connected.channel), PeerPolicy.answering(at: path).allows(peer) else {
                    try? await connected.executeThenClose { _, _ in }
                    throw LocalSocketError.stranger(path: path)
                }
                return connected
            case .host(let name, let port):
                return try await bootstrap.connect(host: name, port: port, channelInitializer: prepare)
            }
        } catch let error as NIOSSLError {
            throw ClientError.tls("\(error)")
        } catch {
            throw ClientError.unreachable("\(error)")
        }
    }
}
