package import LocalSocket
package import Logging
package import ServiceLifecycle
internal import Systemd
internal import UnixSignals

/// Runs a worker's services until it is told to stop, answers how it is meanwhile, and goes when its supervisor goes.
package struct WorkerRun: Sendable {
    /// How long open sessions have to end after SIGTERM before they are cut.
    package static let stopDeadline: Duration = .seconds(20)
    /// How long what was cut may take to end; with `stopDeadline`, less than a supervisor waits at least.
    package static let cutDeadline: Duration = .seconds(4)

    private let surroundings: Surroundings
    private let start: WorkerStart
    private let metrics: [MetricsPlace]
    private let cutDeadline: Duration
    private let logger: Logger

    /// - Parameter metrics: where measures are shown; loops are measured only where they are.
    package init(
        _ surroundings: Surroundings, start: WorkerStart, metrics: [MetricsPlace] = [], cutDeadline: Duration = cutDeadline,
        logger: Logger
    ) {
        self.metrics = metrics
        self.cutDeadline = cutDeadline
        self.surroundings = surroundings
        self.start = start
        self.logger = logger
    }

    /// Starts `services` in order and returns when all have ended: at SIGTERM, SIGINT, the supervisor's end, or when one fails.
    ///
    /// - Throws: what a service failed with.
    package func run(_ services: [any Service]) async throws {
        FileLimit.raise()
        var table = QuestionTable()
        table.answer(HealthQuestion.self) { [report = start.report] _, _ in report.current }
        let health = LocalServer(
            path: start.healthSocket, table: table, policy: surroundings.users.policy([.control]), logger: logger)
        typealias Entry = ServiceGroupConfiguration.ServiceConfiguration
        let watch = Entry(
            service: SupervisorWatch(pipe: surroundings.supervisorPipe), successTerminationBehavior: .gracefullyShutdownGroup)
        var configuration = ServiceGroupConfiguration(
            services: [
                Entry(service: CutDeadline(time: cutDeadline, logger: logger)), Entry(service: LocalSocketService(health)),
                Entry(service: Watchdog(socket: start.healthSocket)), watch,
            ]
                + (MetricsListener.services(at: metrics, report: start.report, logger: logger) + services)
                .map { Entry(service: $0) },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = Self.stopDeadline
        defer { ServiceManager().stopping() }
        try await ServiceGroup(configuration: configuration).run()
        start.ended()
    }
}

/// A local socket as one of a program's services.
package struct LocalSocketService: Service {
    private let server: LocalServer

    package init(_ server: LocalServer) { self.server = server }

    /// Answers until the group stops; connections are then cut, as whoever asks has a deadline of its own.
    package func run() async throws {
        try await cancelWhenGracefulShutdown { [server] in
            do { try await server.run() } catch is CancellationError {}
        }
    }
}
