internal import Glibc
internal import NIOConcurrencyHelpers
internal import NIOPosix

/// systemd as the manager of units. Each call waits on a thread of its own, never on the caller's.
package final class UnitManager: UnitOrders {
    /// How often a job that is waited for is looked at.
    private static let pause: Duration = .milliseconds(50)
    private static let pool: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        return pool
    }()

    package init() {}

    /// Whether systemd runs this machine, sd_booted(3).
    package static var isThere: Bool { unsafe access("/run/systemd/system", F_OK) == 0 }

    // MARK: Reading

    /// How units are; those that systemd does not know are left out.
    ///
    /// - Throws: `BusError` where systemd cannot be asked.
    package func states(of units: [String]) async throws -> [UnitState] {
        try await onThread { (bus) throws(BusError) in
            var states: [UnitState] = []
            for unit in units {
                if let state = try Self.state(of: unit, bus) { states.append(state) }
            }
            return states
        }
    }

    private static func state(of unit: String, _ bus: borrowing BusConnection) throws(BusError) -> UnitState? {
        let path = try bus.call("LoadUnit", [unit])
        let general = "org.freedesktop.systemd1.Unit"
        guard try bus.text("LoadState", of: path, interface: general) != "not-found" else { return nil }
        var state = UnitState(
            unit: unit, active: try bus.text("ActiveState", of: path, interface: general),
            sub: try bus.text("SubState", of: path, interface: general))
        let isService = unit.hasSuffix(".service")
        let kind = "org.freedesktop.systemd1." + (isService ? "Service" : "Socket")
        if isService || unit.hasSuffix(".socket") { state.result = try bus.text("Result", of: path, interface: kind) }
        guard isService else { return state }
        state.restarts = Int(try bus.number("NRestarts", of: path, interface: kind))
        let process = try bus.number("MainPID", of: path, interface: kind)
        if process > 0 { state.processID = Int32(exactly: process) }
        return state
    }

    // MARK: Changing

    /// An order that systemd has taken, and is about to carry out.
    package struct Job: Sendable {
        fileprivate let path: String
        package let unit: String

        /// - Parameter path: of the job's object on the bus.
        package init(path: String, unit: String) { (self.path, self.unit) = (path, unit) }
    }

    /// Starts a unit; returns when systemd has taken the order.
    package func start(_ unit: String) async throws -> Job { try await order("StartUnit", unit) }

    package func stop(_ unit: String) async throws -> Job { try await order("StopUnit", unit) }

    package func restart(_ unit: String) async throws -> Job { try await order("RestartUnit", unit) }

    private func order(_ method: String, _ unit: String) async throws -> Job {
        let path = try await onThread { (bus) throws(BusError) in try bus.call(method, [unit, "replace"]) }
        return Job(path: path, unit: unit)
    }

    /// Waits until a job is done, well or badly; the unit's state says which.
    ///
    /// - Throws: `JobTakesTooLong` after `time`; the job goes on.
    package func finish(_ job: Job, within time: Duration) async throws {
        let end = ContinuousClock.now + time
        while try await isUnderWay(job) {
            guard ContinuousClock.now < end else { throw JobTakesTooLong(unit: job.unit) }
            try await Task.sleep(for: Self.pause)
        }
    }

    /// A job's object is gone with the job.
    private func isUnderWay(_ job: Job) async throws -> Bool {
        try await onThread { (bus) throws(BusError) in
            do throws(BusError) {
                _ = try bus.text("State", of: job.path, interface: "org.freedesktop.systemd1.Job")
                return true
            } catch {
                if error.isNoSuchObject { return false }
                throw error
            }
        }
    }

    /// Makes systemd read unit files anew; root may.
    package func reload() async throws {
        _ = try await onThread { (bus) throws(BusError) in try bus.call("Reload", [], answersPath: false) }
    }

    /// A connection for each call: they are few, and one that broke with the bus needs no mending.
    private func onThread<Answer: Sendable>(
        _ body: @escaping @Sendable (borrowing BusConnection) throws(BusError) -> Answer
    ) async throws -> Answer {
        try await Self.pool.runIfActive { try body(BusConnection()) }
    }
}

/// systemd has not finished with a unit in time; it goes on.
package struct JobTakesTooLong: Error, Sendable, CustomStringConvertible {
    let unit: String

    package init(unit: String) { self.unit = unit }

    package var description: String { "systemd is not done with \(unit) in time; 'systemctl status \(unit)' says why" }
}
