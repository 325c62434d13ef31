internal import NIOConcurrencyHelpers
internal import NIOCore
internal import SMTP
internal import Worker

/// Why a connection is ended from outside of its dialogue.
enum Farewell: Hashable, Sendable {
    case idle, tooLong, stopping, loggedOut
    /// The last word is said already.
    case said

    var reply: Reply? {
        switch self {
        case .idle: .idleTooLong
        case .tooLong: .sessionTooLong
        case .stopping: .stopping
        case .loggedOut: .loggedOut
        case .said: nil
        }
    }
}

/// One open connection, as the rest of the server sees it.
final class LiveConnection: Sendable {
    private struct State {
        var farewell: (reason: Farewell, since: ContinuousClock.Instant)?
        var waitsSince: ContinuousClock.Instant?
    }

    let number: Int
    /// The peer's IP address; nil over a unix socket.
    let remote: String?
    private let channel: any Channel
    private let place: ConnectionPlace
    private let opened: ContinuousClock.Instant
    private let state = NIOLockedValueBox(State())

    init(number: Int, remote: String?, channel: any Channel, place: ConnectionPlace, opened: ContinuousClock.Instant) {
        (self.number, self.remote, self.channel, self.place, self.opened) = (number, remote, channel, place, opened)
    }

    var farewell: Farewell? { state.withLockedValue { $0.farewell?.reason } }

    /// The task waits for the peer from now on, or does not any more.
    func waits(_ waiting: Bool) { state.withLockedValue { $0.waitsSince = waiting ? .now : nil } }

    /// Asks the connection to end; the first reason stays.
    func end(_ reason: Farewell) {
        let isFirst = state.withLockedValue { state in
            guard state.farewell == nil else { return false }
            state.farewell = (reason, .now)
            return true
        }
        if isFirst { channel.pipeline.fireUserInboundEventTriggered(WakeUp()) }
    }

    /// The last word is said: the peer has `SMTPLimits.farewell` to close.
    func departs() { state.withLockedValue { $0.farewell = (.said, .now) } }

    /// Ends what has been silent or open for too long, and cuts what does not go.
    func check(_ limits: SMTPLimits, idle: Duration, now: ContinuousClock.Instant) {
        let (farewell, waitsSince) = state.withLockedValue { ($0.farewell, $0.waitsSince) }
        if let farewell {
            // A message that is under way when the server stops may still end; the worker's own deadline bounds that.
            if farewell.reason != .stopping, now - farewell.since > limits.farewell { channel.close(promise: nil) }
        } else if let waitsSince, now - waitsSince > idle {
            end(.idle)
        } else if now - opened > limits.sessionTime {
            end(.tooLong)
        }
    }
}
