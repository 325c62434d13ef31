import Glibc
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import Worker

@Suite("What a peer has not read when its connection is closed, tcp(7)", .timeLimit(.minutes(10))) struct UnreadOctetsTests {
    private static let sent = 100_000

    private struct NoConnection: Error {}

    /// A connection over which more was sent than its client has room for; its server's end.
    private func connected() async throws -> (client: UnreadingClient, channel: any Channel) {
        let listening = try Listening()
        guard listen(listening.descriptor, 1) == 0, let place = LocalAddress(listening.descriptor) else {
            throw NoConnection()
        }
        let (channels, arrivals) = AsyncStream.makeStream(of: (any Channel).self)
        let server = try await Listeners.accept(at: dup(listening.descriptor)) { channel in
            arrivals.yield(channel)
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        let client = try UnreadingClient(port: place.port)
        guard let channel = await channels.first(where: { _ in true }) else { throw NoConnection() }
        try await server.executeThenClose { _ in }
        try await channel.writeAndFlush(ByteBuffer(repeating: 0x78, count: Self.sent)).get()
        #expect(try #require(client.serverEnd).unread > 0)
        return (client, channel)
    }

    @Test func isGoneWithACut() async throws {
        let (client, channel) = try await connected()
        channel.cut()
        #expect(await client.isForgotten())
    }

    @Test func isForgottenAfterItsTime() async throws {
        let (client, channel) = try await connected()
        channel.forgetUnread(after: .milliseconds(100))
        try await channel.close()
        #expect(await client.isForgotten())
    }

    /// Whoever is slow gets all of it, and then an end.
    @Test func canBeReadBeforeThat() async throws {
        let (client, channel) = try await connected()
        channel.forgetUnread(after: .seconds(600))
        try await channel.close()
        #expect(await client.waits { $0?.isOpen == false })
        let (text, endsInOrder) = await client.readAll()
        #expect(text.utf8.count == Self.sent && endsInOrder)
    }

    /// A unix socket has no such time.
    @Test func unixSocketsAreClosedAllTheSame() async throws {
        let path = "/tmp/malaposta-unread-\(UInt64.random(in: .min ... .max))"
        let group = MultiThreadedEventLoopGroup.singleton
        let server = try await ServerBootstrap(group: group).bind(unixDomainSocketPath: path).get()
        let client = try await ClientBootstrap(group: group).connect(unixDomainSocketPath: path).get()
        client.forgetUnread(after: .seconds(1))
        try await client.close()
        #expect(!client.isActive)
        try await server.close()
        _ = unsafe unlink(path)
    }
}
