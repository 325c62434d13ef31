package import LocalSocket

/// When a worker that is alive is started again all the same.
///
/// One that does not say how it is, or says that a fresh start would cure it, has some time to recover. After each restart it
/// has twice as long: what a restart does not cure is not cured by many.
package struct UnresponsivePolicy: Sendable {
    /// How long a worker may be so before its first restart.
    package static let firstPatience: Duration = .seconds(30)
    package static let longestPatience: Duration = .seconds(3600)
    /// How long a worker must have been well for its earlier restarts to be forgotten.
    package static let settled: Duration = .seconds(1800)

    package enum Observation: Hashable, Sendable {
        case well
        /// A problem that no restart cures, or a start or stop under way.
        case leaveAlone
        case silent
        case wantsRestart

        /// - Parameter health: nil where no answer came.
        package init(_ health: Health?) {
            guard let health else {
                self = .silent
                return
            }
            self =
                switch health.state {
                case .healthy: .well
                case .starting, .stopping: .leaveAlone
                case .unhealthy: health.wantsRestart == true ? .wantsRestart : .leaveAlone
                }
        }
    }

    private var patience = Self.firstPatience
    private var unwellSince: Duration?
    private var wellSince: Duration?

    package init() {}

    /// - Parameter now: of a clock that only goes forward.
    /// - Returns: whether the worker is to be started again now.
    package mutating func observe(_ observation: Observation, at now: Duration) -> Bool {
        switch observation {
        case .well, .leaveAlone:
            unwellSince = nil
            let since = wellSince ?? now
            wellSince = since
            if observation == .well, now - since >= Self.settled { patience = Self.firstPatience }
            return false
        case .silent, .wantsRestart:
            wellSince = nil
            let since = unwellSince ?? now
            unwellSince = since
            guard now - since >= patience else { return false }
            unwellSince = nil
            patience = min(patience * 2, Self.longestPatience)
            return true
        }
    }
}
