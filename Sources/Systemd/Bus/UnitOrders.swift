/// What units are asked about and told by: systemd, or one that a test plays.
package protocol UnitOrders: Sendable {
    /// How units are; those that are not known are left out.
    func states(of units: [String]) async throws -> [UnitState]
    /// Has unit files read anew.
    func reload() async throws
    /// Returns when the order is taken.
    func start(_ unit: String) async throws -> UnitManager.Job
    func stop(_ unit: String) async throws -> UnitManager.Job
    func restart(_ unit: String) async throws -> UnitManager.Job
    /// Waits until a job is done, well or badly; the unit's state says which.
    ///
    /// - Throws: `JobTakesTooLong` after `time`; the job goes on.
    func finish(_ job: UnitManager.Job, within time: Duration) async throws
}
