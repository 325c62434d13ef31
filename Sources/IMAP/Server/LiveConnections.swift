internal import NIOConcurrencyHelpers
internal import Worker

/// The open connections.
final class LiveConnections: Sendable {
    private struct State {
        var connections: [ObjectIdentifier: (connection: ClientConnection, place: ConnectionPlace)] = [:]
        var isStopping = false
    }

    private let all: OpenConnections
    private let limits: @Sendable () -> IMAPLimits
    private let state = NIOLockedValueBox(State())

    /// - Parameters:
    ///   - all: where they count, with those of other services.
    ///   - limits: those in force; asked for each connection.
    init(_ all: OpenConnections, limits: @escaping @Sendable () -> IMAPLimits) { (self.all, self.limits) = (all, limits) }

    var count: Int { state.withLockedValue { $0.connections.count } }

    /// False where a limit on connections is reached.
    func add(_ connection: ClientConnection) -> Bool {
        let limits = limits()
        let (total, perAddress) = (limits.connections, limits.connectionsPerAddress)
        guard let place = try? all.enter(connection.remoteAddress, total: total, perAddress: perAddress) else { return false }
        let isStopping = state.withLockedValue { state in
            state.connections[ObjectIdentifier(connection)] = (connection, place)
            return state.isStopping
        }
        if isStopping { connection.put(.stopping) }
        return true
    }

    func remove(_ connection: ClientConnection) {
        // Released outside of the lock: the place has a lock of its own.
        _ = state.withLockedValue { $0.connections.removeValue(forKey: ObjectIdentifier(connection)) }
    }

    /// Tells all of them.
    func put(_ event: ConnectionEvent) {
        for live in state.withLockedValue({ Array($0.connections.values) }) { live.connection.put(event) }
    }

    /// Tells all of them, and every later one, that the service is stopping.
    func stop() {
        state.withLockedValue { $0.isStopping = true }
        put(.stopping)
    }
}
