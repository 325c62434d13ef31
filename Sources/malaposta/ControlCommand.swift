import ArgumentParser
import ControlPlane
import CoreMetrics
import Directory
import FoundationEssentials
import LocalSocket
import Logging
import MailConfiguration
import ServiceLifecycle
import Systemd
import UnixSignals
import Worker

/// `malaposta control`: the control plane as a service of systemd.
struct ControlCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "control", abstract: "Run the control plane as a service; systemd starts it, never a person.",
        discussion: "On a new host without files that can be applied it makes an empty host, so that all servers are up.",
        shouldDisplay: false)

    @OptionGroup var host: HostOptions

    mutating func run() async throws {
        MetricsSystem.bootstrap(MetricsRegistry.shared)
        Journal.takeLogsIfThere()
        var logger = Logger(label: "malaposta")
        logger.logLevel = .notice
        let folders = host.folders
        let environment = ProcessInfo.processInfo.environment
        let users = try HostUsers(mail: environment["MALAPOSTA_MAIL_USER"], web: environment["MALAPOSTA_WEB_USER"])
        let control = ControlPlaneService(
            dataFolder: folders.data, runFolder: folders.run, configurationFolder: folders.configuration, users: users,
            sockets: UnitManager.isThere ? HostSockets() : nil, logger: logger)
        let start = WorkerStart(
            runFolder: folders.run, healthSocket: folders.healthSocket, report: control.report, logger: logger)
        await start.pause()
        let generation = try await control.prepare(orElse: EmptyHost.ofThisMachine)
        logger.logLevel = Logger.Level(generation.host.log.level)
        // Before the workers start, which wait until we are ready: they are given the sockets as they are then.
        await control.bringSockets(to: generation)

        let group = ServiceGroup(
            services: ControlMetrics.services(generation.host, runFolder: folders.run, report: control.report, logger: logger) + [
                ListeningControl(control: control, start: start), WorkerWatch(folders, logger: logger),
                Watchdog(socket: start.healthSocket),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        defer { ServiceManager().stopping() }
        try await group.run()
        start.ended()
    }
}

/// The control plane, which tells systemd when it answers.
private struct ListeningControl: Service {
    let control: ControlPlaneService
    let start: WorkerStart

    func run() async throws { try await control.run { start.ready() } }
}
