package import Logging
internal import ServiceLifecycle

/// Ends a worker's sessions when a new generation suspends, retires or no longer knows their accounts.
///
/// Revocations by the authentication socket come sooner; this holds also while the control plane is away.
package struct SessionWatch: Service {
    private let sessions: SessionRegistry
    private let current: CurrentGeneration
    private let logger: Logger

    package init(_ sessions: SessionRegistry, _ current: CurrentGeneration, logger: Logger) {
        self.sessions = sessions
        self.current = current
        self.logger = logger
    }

    /// Watches until the program stops.
    package func run() async {
        let changes = current.changes
        for await generation in changes.cancelOnGracefulShutdown() {
            do { try await sessions.endInactive(in: generation) } catch {
                logger.error("sessions could not be compared with the new generation", metadata: ["cause": "\(error)"])
            }
        }
    }
}
