import ArgumentParser
import ControlPlane
import CoreMetrics
import Directory
import FoundationEssentials
import Glibc
import Logging
import Mail
import MailConfiguration
import ServiceLifecycle
import TLS
import UnixSignals
import Worker

/// `malaposta supervise`: a whole host without systemd.
struct SuperviseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "supervise", abstract: "Run the whole host without systemd, until Ctrl-C.",
        discussion: """
            Binds the listeners of malaposta.yaml, runs the control plane itself, and starts malaposta-mail and malaposta-web, \
            which it starts again when they die. On a host that was never started it applies the configuration first.
            """)

    @OptionGroup var host: HostOptions

    @Option(help: ArgumentHelp("The folder of templates.", valueName: "folder"))
    var templates: String = "/usr/share/malaposta/templates"

    @Flag(help: "Fill the example host's mailboxes at its first start, and print its users' passwords.")
    var demo = false

    mutating func run() async throws {
        // What the children get is kept at high numbers, which a small limit of the shell does not have.
        FileLimit.raise()
        MetricsSystem.bootstrap(MetricsRegistry.shared)
        let folders = try makeFolders()
        var logger = Logger(label: "malaposta")
        logger.logLevel = .notice
        let control = ControlPlaneService(
            dataFolder: folders.data, runFolder: folders.run, configurationFolder: folders.configuration,
            templates: absolute(self.templates), logger: logger)
        let configuration = try await control.prepare().host
        logger.logLevel = Logger.Level(configuration.log.level)
        let listeners = try configuration.listeners.map { try BoundListener($0) }

        let (host, demo, templates) = (host, demo, absolute(templates))
        let supervisor = try Supervisor(programs(listeners, folders), logger: logger) {
            await announce(configuration, host, demo: demo ? templates + "/demo" : nil)
        }
        let group = ServiceGroup(
            services: ControlMetrics.services(
                configuration, runFolder: folders.run, report: control.report, logger: logger) + [control, supervisor],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        do { try await group.run() } catch let error as GaveUp { throw CommandError("\(error)") }
    }

    private func makeFolders() throws -> HostFolders {
        let data = absolute(host.data)
        let folders = HostFolders(
            data: data, run: host.run.map(absolute) ?? data + "/run", configuration: absolute(host.configuration))
        // Everything here belongs to one user; what only root and this user may see is not for the group either.
        umask(0o027)
        let ancestors = sequence(first: data) { path in path.lastIndex(of: "/").map { String(path[..<$0]) } }
        let missing = ancestors.prefix { !$0.isEmpty && !Disk.exists($0) }
        for folder in [data, folders.run, folders.run + "/changes", data + "/tls"] {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        // Nothing in a folder is safe before the folder's own name is.
        for folder in missing { try Disk.flush(folder + "/..") }
        return folders
    }

    /// The mail worker first: the web hands its messages to it.
    private func programs(_ listeners: [BoundListener], _ folders: HostFolders) -> [Supervisor.Program] {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "/usr/sbin/malaposta"
        let place = own[..<(own.lastIndex(of: "/") ?? own.endIndex)]
        var environment = ProcessInfo.processInfo.environment
        environment["MALAPOSTA_DATA"] = folders.data
        environment["MALAPOSTA_RUN"] = folders.run
        environment["MALAPOSTA_CONFIGURATION"] = folders.configuration
        environment["MALAPOSTA_TEMPLATES"] = absolute(templates)
        return [
            Supervisor.Program(
                name: "malaposta-mail", executable: place + "/malaposta-mail", healthSocket: folders.run + "/mail-health.sock",
                listeners: listeners.filter { !$0.service.isWeb }, environment: environment),
            Supervisor.Program(
                name: "malaposta-web", executable: place + "/malaposta-web", healthSocket: folders.run + "/web-health.sock",
                listeners: listeners.filter { $0.service.isWeb }, environment: environment),
        ]
    }
}

/// The path from the root on.
func absolute(_ path: String) -> String {
    let full = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    return full.count > 1 && full.hasSuffix("/") ? String(full.dropLast()) : full
}

extension Logger.Level {
    /// The level that malaposta.yaml names.
    init(_ level: LogLevel) { self = Logger.Level(rawValue: level.rawValue) ?? .notice }
}

/// A sentence for whoever gave the command; it is all that is printed.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
