import ArgumentParser
import CoreMetrics
import Directory
import FoundationEssentials
import Logging
import MailConfiguration
import Store
import Systemd
import Upkeep
import Worker

/// SMTP, submission, IMAP and delivery. Started by systemd or by `malaposta supervise`, never by hand.
@main struct MailWorker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "malaposta-mail", abstract: "Takes mail in, keeps it, and gives it out by IMAP.",
        discussion: "Started by systemd or by 'malaposta supervise', which hand it its listening sockets.",
        version: Product.version)

    mutating func run() async throws {
        MetricsSystem.bootstrap(MetricsRegistry.shared)
        Journal.takeLogsIfThere()
        let surroundings = try Surroundings(environment: ProcessInfo.processInfo.environment)
        var logger = Logger(label: "malaposta-mail")
        let report = HealthReport(program: "malaposta-mail", version: Product.version)
        let start = WorkerStart(surroundings, name: "mail", report: report, logger: logger)
        await start.pause()
        let lock = try AccountsLock(folder: surroundings.dataFolder + "/accounts")
        let generation = try await CurrentGeneration(
            folder: GenerationFolder(surroundings.dataFolder + "/generations"), logger: logger)
        logger.logLevel = Logger.Level(rawValue: generation.value.host.log.level.rawValue) ?? .notice
        let parts = try MailParts(surroundings, generation, start, logger)
        let host = generation.value.host
        let metrics = MetricsPlace.places(
            address: host.metrics.address, port: host.metrics.mail,
            socket: host.metrics.sockets ? surroundings.runFolder + "/mail-metrics.sock" : nil)
        try await WorkerRun(surroundings, start: start, metrics: metrics, logger: logger).run(parts.services)
        await parts.store.shutdown()
        _ = consume lock
    }
}
