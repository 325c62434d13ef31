internal import NIOConcurrencyHelpers
internal import NIOCore
internal import SMTP
internal import Worker

/// The open connections of one door.
final class LiveConnections: Sendable {
    private struct State {
        var next = 0
        var open: [Int: LiveConnection] = [:]
        var isStopping = false
    }

    private let all: OpenConnections
    private let state = NIOLockedValueBox(State())

    /// - Parameter all: where the connections of this door count, with those of others.
    init(_ all: OpenConnections) { self.all = all }

    /// Notes a connection, or says why there cannot be one more.
    ///
    /// - Parameter remote: the client's IP address; nil over a unix socket.
    func admit(
        _ channel: any Channel, from remote: String?, atMost total: Int, perAddress: Int
    ) -> Result<LiveConnection, Refusal> {
        let place: ConnectionPlace
        do throws(ConnectionRefusal) { place = try all.enter(remote, total: total, perAddress: perAddress) } catch {
            switch error {
            case .tooMany: return .failure(Refusal(.tooManyConnections))
            case .tooManyFromAddress: return .failure(Refusal(.tooManyFromAddress))
            }
        }
        return state.withLockedValue { state in
            guard !state.isStopping else { return .failure(Refusal(.stopping)) }
            state.next += 1
            let connection = LiveConnection(number: state.next, remote: remote, channel: channel, place: place, opened: .now)
            state.open[state.next] = connection
            return .success(connection)
        }
    }

    /// The connection counts no more once its owner lets go of it.
    func remove(_ connection: LiveConnection) { state.withLockedValue { $0.open[connection.number] = nil } }

    var count: Int { state.withLockedValue { $0.open.count } }

    func stop() {
        let open = state.withLockedValue { state in
            state.isStopping = true
            return Array(state.open.values)
        }
        for connection in open { connection.end(.stopping) }
    }

    func check(_ limits: SMTPLimits, idle: Duration, now: ContinuousClock.Instant) {
        for connection in state.withLockedValue({ Array($0.open.values) }) { connection.check(limits, idle: idle, now: now) }
    }
}
