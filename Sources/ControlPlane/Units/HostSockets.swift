internal import MailConfiguration
package import Systemd

/// The control plane's way to have the sockets listen where the generation says: it asks systemd to run the unit that may.
package struct HostSockets: Sendable {
    /// How long the unit may take.
    static let patience: Duration = .seconds(110)

    private let systemd: any UnitOrders

    package init(systemd: any UnitOrders = UnitManager()) { self.systemd = systemd }

    /// - Returns: a sentence with its cure for each socket that does not listen as wanted; empty where all do.
    /// - Throws: where the unit cannot be started or fails; its log says why.
    func bring(to listeners: [ListenerConfiguration]) async throws -> [String] {
        try await systemd.finish(systemd.start(HostUnit.sockets), within: Self.patience)
        if let state = try await systemd.states(of: [HostUnit.sockets]).first, state.isFailed { throw SocketsFailed() }
        return try await systemd.states(of: ListenerService.allCases.map(HostUnit.socket)).filter(\.isFailed)
            .map { SocketProblem($0.unit, listeners).sentence }
    }
}

struct SocketsFailed: Error, CustomStringConvertible {
    var description: String { "\(HostUnit.sockets) failed; 'journalctl -u \(HostUnit.sockets)' says why" }
}
