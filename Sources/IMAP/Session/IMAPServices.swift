package import Directory
package import Logging
package import MailConfiguration
package import Store
package import TLS
package import Worker

/// What all sessions have in common.
package struct IMAPServices: Sendable {
    package let store: MailStore
    package let generation: CurrentGeneration
    package let authenticator: any Authenticator
    package let sessions: SessionRegistry
    package let connections: OpenConnections
    /// Nil where this host has no certificate: STARTTLS is not offered then.
    package let certificates: ServerCertificates?
    /// Where large messages lie until the store has them: on the accounts' file system, and ours alone.
    package let incomingFolder: String
    private let limitsInForce: @Sendable () -> IMAPLimits
    package let trashPurge = TrashPurge()
    package let logger: Logger

    /// - Parameters:
    ///   - connections: where this service's connections count, with those of others; by default they count alone.
    ///   - limits: those that follow from what the generation in force says.
    package init(
        store: MailStore, generation: CurrentGeneration, authenticator: any Authenticator, sessions: SessionRegistry,
        connections: OpenConnections = OpenConnections(), certificates: ServerCertificates?, incomingFolder: String,
        limits: @escaping @Sendable (HostLimits) -> IMAPLimits, logger: Logger
    ) {
        self.store = store
        self.generation = generation
        self.authenticator = authenticator
        self.sessions = sessions
        self.connections = connections
        self.certificates = certificates
        self.incomingFolder = incomingFolder
        limitsInForce = { limits(generation.value.host.limits) }
        self.logger = logger
    }

    /// The limits in force now.
    package var limits: IMAPLimits { limitsInForce() }
}
