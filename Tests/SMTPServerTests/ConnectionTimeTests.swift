import NIOCore
import NIOEmbedded
import Testing
import Worker

@testable import SMTPServer

@Suite("How long a connection may be silent, and last") struct ConnectionTimeTests {
    private static let idle = Duration.seconds(300)

    private let channel = EmbeddedChannel()
    private let opened = ContinuousClock.now
    private let limits = SMTPLimits()
    private let live: LiveConnection

    init() throws {
        let place = try OpenConnections().enter("192.0.2.1", total: 1, perAddress: 1)
        live = LiveConnection(number: 1, remote: "192.0.2.1", channel: channel, place: place, opened: opened)
        try channel.connect(to: try SocketAddress(ipAddress: "192.0.2.1", port: 25)).wait()
    }

    /// What comes of it once the connection is so old.
    private func check(after age: Duration) -> Farewell? {
        live.check(limits, idle: Self.idle, now: opened + age)
        return live.farewell
    }

    /// Whoever sends an octet a second is never silent, and goes all the same.
    @Test func lastsForItsSessionTime() {
        #expect(check(after: limits.sessionTime) == nil)
        #expect(check(after: limits.sessionTime + .nanoseconds(1)) == .tooLong)
        #expect(live.farewell?.reply == .sessionTooLong)
    }

    @Test func isSilentForItsIdleTime() {
        live.waits(true)
        #expect(check(after: Self.idle - .seconds(1)) == nil)
        #expect(check(after: Self.idle + .seconds(60)) == .idle)
        #expect(live.farewell?.reply == .idleTooLong)
    }

    @Test func whatIsReadEndsASilence() {
        live.waits(true)
        live.waits(false)
        #expect(check(after: limits.sessionTime) == nil)
    }

    @Test func theFirstReasonStays() {
        live.waits(true)
        #expect(check(after: limits.sessionTime + .seconds(60)) == .idle)
        live.end(.tooLong)
        #expect(live.farewell == .idle)
    }

    @Test func whoDoesNotGoIsCut() {
        let before = ContinuousClock.now
        #expect(check(after: limits.sessionTime + .seconds(1)) == .tooLong)
        #expect(channel.isActive)
        // Its farewell began just now.
        live.check(limits, idle: Self.idle, now: before + limits.farewell - .nanoseconds(1))
        #expect(channel.isActive)
        live.check(limits, idle: Self.idle, now: .now + limits.farewell + .seconds(1))
        #expect(!channel.isActive)
    }

    /// A server that stops lets a message under way come to its end.
    @Test func stoppingCutsNobody() {
        live.end(.stopping)
        live.check(limits, idle: Self.idle, now: .now + limits.farewell + .seconds(1))
        #expect(channel.isActive && live.farewell == .stopping)
    }
}
