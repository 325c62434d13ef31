internal import Systemd

/// The control plane's way to have the sockets listen where the generation says: it asks systemd to run the unit that may.
package struct HostSockets: Sendable {
    /// How long the unit may take.
    static let patience: Duration = .seconds(110)

    private let manager = UnitManager()

    package init() {}

    /// - Throws: where the unit cannot be started or fails; its log says why.
    func bring() async throws {
        try await manager.finish(manager.start(HostUnit.sockets), within: Self.patience)
        let state = try await manager.states(of: [HostUnit.sockets]).first
        guard let state, state.isFailed else { return }
        throw SocketsFailed()
    }
}

struct SocketsFailed: Error, CustomStringConvertible {
    var description: String { "\(HostUnit.sockets) failed; 'journalctl -u \(HostUnit.sockets)' says why" }
}
