internal import Directory
internal import Logging
internal import MailConfiguration
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import ServiceLifecycle
internal import Store
internal import TLS
internal import Worker

/// The IMAP service: takes connections at listening sockets that were bound before, and runs a session on each.
package struct IMAPServer: Service {
    /// A bound socket.
    package struct Listener: Sendable {
        package let descriptor: Int32
        /// Whether TLS begins with the first octet (`imaps`).
        package let beginsWithTLS: Bool

        package init(descriptor: Int32, beginsWithTLS: Bool) {
            self.descriptor = descriptor
            self.beginsWithTLS = beginsWithTLS
        }
    }

    private let services: IMAPServices
    private let listeners: [Listener]
    private let live: LiveConnections

    package init(_ services: IMAPServices, listeners: [Listener]) {
        self.services = services
        self.listeners = listeners
        live = LiveConnections(services.connections) { services.limits }
    }

    /// Open connections, logged in or not.
    package var connections: Int { live.count }

    /// From 512 octets, for commands, to 16 KB, for messages.
    private static let readBuffers = AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 512, maximum: 16_384)

    /// Serves until the group stops; sessions are told then, and have `limits.farewellTime` to read it.
    package func run() async throws {
        await IncomingMessage.removeLeftovers(in: services.incomingFolder)
        await withThrowingTaskGroup(of: Void.self) { group in
            for listener in listeners { group.addTask { try await serve(listener) } }
            group.addTask { await tellOfGenerations() }
            group.addTask { await services.trashPurge.run(services.logger) }
            do {
                try await gracefulShutdown()
                live.stop()
            } catch {
                // The task is cancelled: the connections are cut.
                live.stop()
            }
            group.cancelAll()
            while let _ = try? await group.next() {}
        }
    }

    private func tellOfGenerations() async {
        for await _ in services.generation.changes { live.put(.generationChanged) }
    }

    private func serve(_ listener: Listener) async throws {
        let server = try await Listeners.accept(at: listener.descriptor) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.syncOptions?.setOption(.autoRead, value: false)
                // A channel keeps as many buffers as it reads at once, of the size that came last.
                try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
                try channel.syncOptions?.setOption(.recvAllocator, value: Self.readBuffers)
                let client = try ProxiedClient(on: channel, proxies: services.generation.value.host.proxies)
                let context = listener.beginsWithTLS ? services.certificates?.context : nil
                guard !listener.beginsWithTLS || context != nil else { throw ChannelError.ioOnClosedChannel }
                return try ClientConnection(on: channel, from: client, implicitTLS: context, limits: services.limits)
            }
        }
        try await server.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in connections.cancelOnGracefulShutdown() {
                    group.addTask(executorPreference: connection.executor) { await serve(connection) }
                }
            }
        }
    }

    private func serve(_ connection: ClientConnection) async {
        guard await connection.learnClient() else { return await connection.close() }
        guard live.add(connection) else {
            try? await connection.send(ByteBuffer(string: "* BYE [LIMIT] Too many connections\r\n"))
            return await connection.close()
        }
        defer { live.remove(connection) }
        await Session(connection, services: services).run()
    }
}
