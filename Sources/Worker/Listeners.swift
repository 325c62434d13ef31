internal import LocalSocket
package import NIOCore
internal import NIOPosix

/// Takes connections at a listening socket that was bound before this process started.
package enum Listeners {
    /// Connections that the kernel keeps while none is taken, listen(2).
    package static let backlog: Int32 = 4096

    /// Accepts at `descriptor`, which the channel then owns, until it is closed: descriptors that run out only make it pause.
    ///
    /// - Parameter prepare: sets up the pipeline of each connection, on its event loop.
    package static func accept<Connection: Sendable>(
        at descriptor: Int32, prepare: @escaping @Sendable (any Channel) -> EventLoopFuture<Connection>
    ) async throws -> NIOAsyncChannel<Connection, Never> {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: backlog)
            .serverChannelInitializer(AcceptFailures.add)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .bind(descriptor, childChannelInitializer: prepare)
    }
}
