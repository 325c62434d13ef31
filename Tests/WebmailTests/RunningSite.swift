import Glibc
import Logging
import NIOCore
import NIOPosix
import Worker

@testable import Webmail

/// A site at a port of its own, in the clear.
struct RunningSite {
    let site: TestSite
    let port: Int

    static func with(_ limits: WebLimits, _ body: (RunningSite) async throws -> Void) async throws {
        try await TestSite.with(limits) { site in
            let (descriptor, port) = try bound()
            let listener = WebListener(
                descriptor: descriptor, kind: .plain, site: site.site, connections: OpenConnections(), limits: limits,
                logger: site.web.logger)
            // Clients wait in the socket's queue until connections are taken.
            guard listen(descriptor, Listeners.backlog) == 0 else { throw NoPort() }
            let running = Task { try await listener.run() }
            defer { running.cancel() }
            try await body(RunningSite(site: site, port: port))
        }
    }

    private struct NoPort: Error {}

    private static func bound() throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let any = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
        let bound = unsafe any.withSockAddr { address, length in unsafe bind(descriptor, address, socklen_t(length)) }
        guard bound == 0, let place = LocalAddress(descriptor) else { throw NoPort() }
        return (descriptor, place.port)
    }

    /// Sends `head`, then `piece` again and again until the server has closed; what it said.
    func converse(_ head: String, then piece: String, pause: Duration = .zero) async throws -> String {
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await client.executeThenClose { inbound, outbound in
            await withTaskGroup(of: Void.self, returning: String.self) { group in
                group.addTask {
                    do {
                        try await outbound.write(ByteBuffer(string: head))
                        while true {
                            try await outbound.write(ByteBuffer(string: piece))
                            try await Task.sleep(for: pause)
                        }
                    } catch {}
                }
                var heard = ByteBuffer()
                // A connection that is cut may be reset.
                do { for try await octets in inbound { heard.writeImmutableBuffer(octets) } } catch {}
                group.cancelAll()
                return String(buffer: heard)
            }
        }
    }
}
