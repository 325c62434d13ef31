internal import Directory
internal import Glibc
package import LocalSocket
internal import Logging
internal import MailConfiguration
internal import Metering
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import SMTP
internal import ServiceLifecycle
internal import TLS
internal import Worker

/// Where a door listens.
package enum ListeningPoint: Sendable {
    /// A socket that is bound already; the service owns it from then on.
    case descriptor(Int32)
    /// A unix socket that is made, mode 0660; whatever lay at the path is replaced.
    case unixSocket(path: String)
}

/// Serves one door until the group that it runs in stops: no new connections then, 421 4.3.2 to whoever is between two
/// commands, and messages under way may end.
package struct SMTPService: Service {
    private typealias Accepted = AcceptedConnection<Incoming, Outgoing>
    private struct Connection: Sendable {
        let accepted: Accepted
        let channel: any Channel
        let client: ProxiedClient
    }

    /// How often connections are looked over for silence.
    private static let sweep: Duration = .milliseconds(500)

    private let door: SMTPDoor
    private let point: ListeningPoint
    private let peers: PeerPolicy
    private let live: LiveConnections

    /// - Parameter peers: who may connect to a unix socket.
    package init(_ door: SMTPDoor, at point: ListeningPoint, peers: PeerPolicy = PeerPolicy()) {
        self.door = door
        self.point = point
        self.peers = peers
        live = LiveConnections(door.connections)
    }

    /// Open connections.
    package var connections: Int { live.count }

    /// - Throws: where the door cannot be opened.
    package func run() async throws { try await run(listening: {}) }

    /// - Parameter listening: called once connections are taken.
    package func run(listening: @escaping @Sendable () -> Void) async throws {
        let listener = try await open()
        listening()
        defer { if case .unixSocket(let path) = point { _ = unsafe unlink(path) } }
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { await sweep() }
                try await accept(listener)
                group.cancelAll()
            }
        } onGracefulShutdown: {
            live.stop()
        }
    }

    private func accept(_ listener: NIOAsyncChannel<Connection, Never>) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            try await listener.executeThenClose { connections in
                for try await connection in connections.cancelOnGracefulShutdown() {
                    let executor = LoopExecutor(connection.channel.eventLoop)
                    group.addTask(executorPreference: executor) { await serve(connection) }
                }
            }
        }
    }

    private func sweep() async {
        while (try? await Task.sleep(for: Self.sweep)) != nil {
            let idle = door.limits.idle ?? door.generation.value.host.limits.smtpIdle
            live.check(door.limits, idle: idle, now: .now)
        }
    }

    // MARK: One connection

    private func serve(_ connection: Connection) async {
        guard let stream = connection.accepted.take() else { return }
        let limits = door.generation.value.host.limits
        let perAddress = door.kind.isUnixSocket ? Int.max : limits.connectionsPerAddress
        try? await stream.executeThenClose { inbound, outbound in
            let remote = try await connection.client.address()
            switch live.admit(connection.channel, from: remote, atMost: limits.connections, perAddress: perAddress) {
            case .failure(let refusal): try await refuse(refusal, outbound)
            case .success(let entry):
                defer { live.remove(entry) }
                guard await mayConnect(connection.channel) else { return }
                Measures.sessions.count(door.kind)
                let user = door.kind == .machine ? await machineUser(connection.channel) : nil
                await SMTPConnection(door, live: entry, machineUser: user, inbound: inbound, outbound: outbound).run()
            }
        }
    }

    /// Behind TLS the reply cannot be said before the handshake, which is not worth it.
    private func refuse(_ refusal: Refusal, _ outbound: NIOAsyncChannelOutboundWriter<Outgoing>) async throws {
        guard !door.beginsWithTLS else { return }
        var octets = ByteBuffer()
        refusal.reply.write(to: &octets)
        try await outbound.write(.octets(octets))
    }

    /// Who of the machine's users it is; the table of users is a file, or a service, that may have to be waited for.
    private func machineUser(_ channel: any Channel) async -> SystemUser? {
        guard let peer = await Peer.of(channel) else { return nil }
        return try? await NIOThreadPool.singleton.runIfActive { SystemUser(id: peer.userID) }
    }

    private func mayConnect(_ channel: any Channel) async -> Bool {
        guard door.kind == .local else { return true }
        if let peer = await Peer.of(channel), peers.allows(peer) { return true }
        door.logger.notice("local peer refused", metadata: ["socket": "submission"])
        return false
    }

    // MARK: Listening

    private func open() async throws -> NIOAsyncChannel<Connection, Never> {
        let (certificates, beginsWithTLS, generation) = (door.certificates, door.beginsWithTLS, door.generation)
        let unread = door.limits.unread
        let prepare: @Sendable (any Channel) -> EventLoopFuture<Connection> = { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                let client = try ProxiedClient(on: channel, proxies: generation.value.host.proxies)
                if beginsWithTLS, let certificates { try pipeline.addHandler(NIOSSLServerHandler(context: certificates.context)) }
                try pipeline.addHandler(SMTPChannelHandler(certificates, unread: unread))
                let stream = try Accepted.Stream(
                    wrappingChannelSynchronously: channel,
                    configuration: .init(
                        backPressureStrategy: .init(lowWatermark: 1, highWatermark: 4), isOutboundHalfClosureEnabled: true))
                return Connection(accepted: Accepted(stream), channel: channel, client: client)
            }
        }
        switch point {
        case .descriptor(let descriptor): return try await Listeners.accept(at: descriptor, prepare: prepare)
        case .unixSocket(let path):
            let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelInitializer(AcceptFailures.add)
                .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true, childChannelInitializer: prepare)
            _ = unsafe chmod(path, 0o660)
            return listener
        }
    }
}
