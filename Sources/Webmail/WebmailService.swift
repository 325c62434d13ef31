package import Directory
package import Logging
internal import MailConfiguration
internal import NIOCore
internal import ServiceLifecycle
package import Store
package import TLS
internal import Worker

/// The web, from its listening sockets on.
///
///     let service = try WebmailService(
///         listeners: [.init(descriptor: 3, kind: .plain)], dataFolder: data, runFolder: run, templatesFolder: templates,
///         store: store, generation: generation, authenticator: client, registry: registry, certificates: certificates,
///         logger: logger)
///     try await service.run()
package struct WebmailService: Service {
    package struct Listener: Sendable {
        package enum Kind: Sendable, Hashable {
            case https
            /// The site in the clear, on loopback.
            case plain
            /// Sends browsers to https at that port.
            case redirect(port: Int)
        }

        package let descriptor: Int32
        package let kind: Kind

        package init(descriptor: Int32, kind: Kind) {
            self.descriptor = descriptor
            self.kind = kind
        }
    }

    package let web: Web
    private let listeners: [WebListener]

    /// - Parameter limits: whatever the generation in force says; by default what it says.
    /// - Throws: `WebStartError` for templates that are missing or broken, or https without a certificate.
    package init(
        listeners: [Listener], dataFolder: String, runFolder: String, templatesFolder: String, store: MailStore,
        generation: CurrentGeneration, authenticator: any Authenticator, registry: SessionRegistry,
        certificates: ServerCertificates?, logger: Logger, limits fixed: WebLimits? = nil,
        now: @escaping @Sendable () -> Int64 = WallClock.seconds,
        latestRevocation: @escaping @Sendable () -> Int64 = { 0 }
    ) throws {
        let limits: @Sendable () -> WebLimits = { fixed ?? WebLimits(generation.value.host.limits) }
        let web = try Web(
            templatesFolder: templatesFolder, dataFolder: dataFolder, runFolder: runFolder, store: store, generation: generation,
            authenticator: authenticator, registry: registry, limits: limits, logger: logger, now: now,
            latestRevocation: latestRevocation)
        let connections = OpenConnections()
        self.web = web
        self.listeners = try listeners.map { listener in
            let kind: WebListener.Kind
            switch listener.kind {
            case .https:
                guard let certificates else { throw WebStartError("a listener for https has no certificate") }
                kind = .https(certificates)
            case .plain: kind = .plain
            case .redirect(let port): kind = .redirect(port: port)
            }
            return WebListener(
                descriptor: listener.descriptor, kind: kind, site: Site(web: web), connections: connections, limits: limits(),
                logger: logger)
        }
    }

    /// Takes up the sessions of the run before; call it before `run`.
    ///
    /// - Returns: the number after which a revocation may end one of them (`AuthenticationClient.catchUp`); nil without sessions.
    package func takeUpSessions() async throws -> Int64? { try await web.sessions.load() }

    package func run() async throws { try await run(listening: {}) }

    /// - Parameter listening: called when connections are about to be taken.
    package func run(listening: @Sendable () -> Void) async throws {
        await web.uploads.purge()
        listening()
        do {
            try await cancelWhenGracefulShutdown { [listeners] in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for listener in listeners { group.addTask { try await listener.run() } }
                    try await group.waitForAll()
                }
            }
        } catch is CancellationError {}
    }
}
