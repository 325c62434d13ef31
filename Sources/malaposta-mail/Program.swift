import ArgumentParser
import CoreMetrics
import Directory
import FoundationEssentials
import Logging
import MailConfiguration
import Store
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
        let surroundings = try Surroundings(environment: ProcessInfo.processInfo.environment)
        let lock = try AccountsLock(folder: surroundings.dataFolder + "/accounts")
        var logger = Logger(label: "malaposta-mail")
        let generation = try await CurrentGeneration(
            folder: GenerationFolder(surroundings.dataFolder + "/generations"), logger: logger)
        logger.logLevel = Logger.Level(rawValue: generation.value.host.log.level.rawValue) ?? .notice
        let report = HealthReport(program: "malaposta-mail", version: Product.version)
        let parts = try MailParts(surroundings, generation, report, logger)
        let host = generation.value.host
        let metrics = MetricsPlace.places(
            address: host.metrics.address, port: host.metrics.mail,
            socket: host.metrics.sockets ? surroundings.runFolder + "/mail-metrics.sock" : nil)
        try await WorkerRun(surroundings, healthSocket: "mail-health.sock", report: report, metrics: metrics, logger: logger)
            .run(parts.services)
        await parts.store.shutdown()
        _ = consume lock
    }
}
