internal import NIOConcurrencyHelpers

/// The open connections, counted by address.
final class LiveConnections: Sendable {
    private struct State {
        var connections: [ObjectIdentifier: ClientConnection] = [:]
        var byAddress: [String: Int] = [:]
        var isStopping = false
    }

    private let limits: IMAPLimits
    private let state = NIOLockedValueBox(State())

    init(limits: IMAPLimits) { self.limits = limits }

    var count: Int { state.withLockedValue { $0.connections.count } }

    /// False where a limit on connections is reached.
    func add(_ connection: ClientConnection) -> Bool {
        let isStopping = state.withLockedValue { state -> Bool? in
            guard state.connections.count < limits.connections else { return nil }
            let fromThere = state.byAddress[connection.remoteAddress, default: 0]
            guard fromThere < limits.connectionsPerAddress else { return nil }
            state.byAddress[connection.remoteAddress] = fromThere + 1
            state.connections[ObjectIdentifier(connection)] = connection
            return state.isStopping
        }
        guard let isStopping else { return false }
        if isStopping { connection.put(.stopping) }
        return true
    }

    func remove(_ connection: ClientConnection) {
        state.withLockedValue { state in
            guard state.connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
            let left = state.byAddress[connection.remoteAddress, default: 1] - 1
            state.byAddress[connection.remoteAddress] = left > 0 ? left : nil
        }
    }

    /// Tells all of them.
    func put(_ event: ConnectionEvent) {
        for connection in state.withLockedValue({ Array($0.connections.values) }) { connection.put(event) }
    }

    /// Tells all of them, and every later one, that the service is stopping.
    func stop() {
        state.withLockedValue { $0.isStopping = true }
        put(.stopping)
    }
}
