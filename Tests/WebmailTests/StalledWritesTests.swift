import NIOCore
import NIOEmbedded
import Testing

@testable import Webmail

@Suite("A peer that does not read is cut") struct StalledWritesTests {
    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(StalledWrites(patience: .seconds(120), unread: .seconds(30)))
        channel.connect(to: try SocketAddress(ipAddress: "192.0.2.1", port: 1), promise: nil)
        return channel
    }

    private func set(_ channel: EmbeddedChannel, isWritable: Bool) {
        channel.isWritable = isWritable
        channel.pipeline.fireChannelWritabilityChanged()
    }

    @Test func afterItsPatience() throws {
        let channel = try channel()
        set(channel, isWritable: false)
        channel.embeddedEventLoop.advanceTime(by: .seconds(119))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func notWhenItReadsAgain() throws {
        let channel = try channel()
        set(channel, isWritable: false)
        channel.embeddedEventLoop.advanceTime(by: .seconds(119))
        set(channel, isWritable: true)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1_000))
        #expect(channel.isActive)
    }
}
