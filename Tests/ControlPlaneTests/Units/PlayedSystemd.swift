import NIOConcurrencyHelpers
import Systemd

/// systemd as a test wants it: keeps what it was told, and fails where it is to.
final class PlayedSystemd: UnitOrders {
    struct Fails: Error {}

    private struct State {
        var active: [String: String]
        var orders: [String] = []
        /// Sockets that cannot be opened.
        var taken: Set<String> = []
        /// Calls that fail.
        var failing: Set<String> = []
    }

    private let state: NIOLockedValueBox<State>

    /// - Parameter active: states by unit; others are not known.
    init(_ active: [String: String]) { state = NIOLockedValueBox(State(active: active)) }

    /// What it was told since the last look.
    var orders: [String] {
        state.withLockedValue { state in
            defer { state.orders = [] }
            return state.orders
        }
    }

    func active(_ unit: String) -> String? { state.withLockedValue { $0.active[unit] } }
    func take(_ sockets: Set<String>) { state.withLockedValue { $0.taken = sockets } }
    func fail(_ calls: Set<String>) { state.withLockedValue { $0.failing = calls } }

    private func order(_ call: String, _ change: (inout State) -> Void = { _ in }) throws {
        try state.withLockedValue { state in
            guard !state.failing.contains(call) else { throw Fails() }
            state.orders.append(call)
            change(&state)
        }
    }

    func states(of units: [String]) async throws -> [UnitState] {
        state.withLockedValue { state in
            units.compactMap { unit in state.active[unit].map { UnitState(unit: unit, active: $0, sub: "") } }
        }
    }

    func reload() async throws { try order("reload") }

    func start(_ unit: String) async throws -> UnitManager.Job {
        try order("start \(unit)")
        return UnitManager.Job(path: "/job", unit: unit)
    }

    func stop(_ unit: String) async throws -> UnitManager.Job {
        try order("stop \(unit)") { $0.active[unit] = "inactive" }
        return UnitManager.Job(path: "/job", unit: unit)
    }

    func restart(_ unit: String) async throws -> UnitManager.Job {
        try order("restart \(unit)") { $0.active[unit] = $0.taken.contains(unit) ? "failed" : "active" }
        return UnitManager.Job(path: "/job", unit: unit)
    }

    func finish(_ job: UnitManager.Job, within time: Duration) async throws {
        try state.withLockedValue { state in
            if state.failing.contains("finish \(job.unit)") { throw JobTakesTooLong(unit: job.unit) }
        }
    }
}
