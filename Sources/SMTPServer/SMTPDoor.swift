package import Directory
internal import Glibc
package import Logging
package import TLS
package import Worker

/// One of the server's doors: which kind, and all that its sessions ask.
package struct SMTPDoor: Sendable {
    package let kind: DoorKind
    /// TLS from the first octet (RFC 8314 §3.3).
    let beginsWithTLS: Bool
    let certificates: ServerCertificates?
    let generation: CurrentGeneration
    let authenticator: any Authenticator
    let registry: SessionRegistry
    let connections: OpenConnections
    let receiver: any MessageReceiver
    let limits: SMTPLimits
    let logger: Logger
    /// Seconds since 1970.
    let clock: @Sendable () -> Int64
    /// Begins the ids of this door's sessions; another one for each start.
    let prefix = SecureRandom.hex(4)

    /// - Parameters:
    ///   - certificates: nil on the local door alone; elsewhere STARTTLS then ends the connection.
    ///   - connections: where this door's connections count, with those of other services; by default they count alone.
    ///   - clock: seconds since 1970; the system's by default.
    package init(
        _ kind: DoorKind, beginsWithTLS: Bool = false, certificates: ServerCertificates?, generation: CurrentGeneration,
        authenticator: any Authenticator, registry: SessionRegistry, connections: OpenConnections = OpenConnections(),
        receiver: any MessageReceiver, limits: SMTPLimits = SMTPLimits(), logger: Logger,
        clock: @escaping @Sendable () -> Int64 = { Int64(time(nil)) }
    ) {
        self.kind = kind
        self.beginsWithTLS = beginsWithTLS
        self.certificates = certificates
        self.generation = generation
        self.authenticator = authenticator
        self.registry = registry
        self.connections = connections
        self.receiver = receiver
        self.limits = limits
        self.logger = logger
        self.clock = clock
    }
}
