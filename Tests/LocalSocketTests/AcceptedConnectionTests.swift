import LocalSocket
import NIOCore
import NIOEmbedded
import Testing

@Suite("A connection that was accepted") struct AcceptedConnectionTests {
    private typealias Accepted = AcceptedConnection<ByteBuffer, ByteBuffer>

    private func accept(_ channel: NIOAsyncTestingChannel) async throws -> Accepted {
        try await channel.testingEventLoop.executeInContext {
            Accepted(try Accepted.Stream(wrappingChannelSynchronously: channel))
        }
    }

    @Test func isClosedWhereItIsDroppedUntaken() async throws {
        let channel = NIOAsyncTestingChannel()
        _ = try await accept(channel)
        try await channel.closeFuture.get()
    }

    @Test func isTakenOnce() async throws {
        let channel = NIOAsyncTestingChannel()
        let accepted = try await accept(channel)
        let stream = try #require(accepted.take())
        #expect(accepted.take().map(\.channel.isActive) == nil)
        try await stream.executeThenClose { _, _ in }
        try await channel.closeFuture.get()
    }
}
