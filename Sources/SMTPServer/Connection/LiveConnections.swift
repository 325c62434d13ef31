internal import Glibc
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import SMTP

/// The open connections of one door, counted.
final class LiveConnections: Sendable {
    private struct State {
        var next = 0
        var open: [Int: LiveConnection] = [:]
        var byNetwork: [String: Int] = [:]
        var isStopping = false
    }

    private let state = NIOLockedValueBox(State())

    /// Notes a connection, or says why there cannot be one more.
    func admit(_ channel: any Channel, atMost total: Int, perAddress: Int) -> Result<LiveConnection, Refusal> {
        let remote = channel.remoteAddress?.ipAddress
        let network = remote.map(Self.network) ?? ""
        return state.withLockedValue { state in
            guard !state.isStopping else { return .failure(Refusal(.stopping)) }
            guard state.open.count < total else { return .failure(Refusal(.tooManyConnections)) }
            guard network.isEmpty || state.byNetwork[network, default: 0] < perAddress else {
                return .failure(Refusal(.tooManyFromAddress))
            }
            state.next += 1
            let connection = LiveConnection(number: state.next, remote: remote, channel: channel, opened: .now)
            state.open[state.next] = connection
            state.byNetwork[network, default: 0] += 1
            return .success(connection)
        }
    }

    func remove(_ connection: LiveConnection) {
        let network = connection.remote.map(Self.network) ?? ""
        state.withLockedValue { state in
            state.open[connection.number] = nil
            let left = (state.byNetwork[network] ?? 1) - 1
            state.byNetwork[network] = left > 0 ? left : nil
        }
    }

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

    /// What counts as one address: an IPv4 address, or an IPv6 network of 64 bits, as one customer has at least that.
    static func network(_ address: String) -> String {
        var octets = [UInt8](repeating: 0, count: 16)
        guard address.utf8.contains(UInt8(ascii: ":")), unsafe inet_pton(AF_INET6, address, &octets) == 1 else { return address }
        return octets.prefix(8).map { String($0, radix: 16) }.joined(separator: ":")
    }
}
