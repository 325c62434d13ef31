import ArgumentParser
import CoreMetrics
import Directory
import FoundationEssentials
import Logging
import MailConfiguration
import ServiceLifecycle
import Store
import Systemd
import TLS
import Webmail
import Worker

/// The webmail. Started by systemd or by `malaposta supervise`, never by hand.
@main struct WebWorker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "malaposta-web", abstract: "Serves the webmail.",
        discussion: "Started by systemd or by 'malaposta supervise', which hand it its listening sockets.",
        version: Product.version)

    mutating func run() async throws {
        MetricsSystem.bootstrap(MetricsRegistry.shared)
        Journal.takeLogsIfThere()
        let surroundings = try Surroundings(environment: ProcessInfo.processInfo.environment)
        var logger = Logger(label: "malaposta-web")
        let report = HealthReport(program: "malaposta-web", version: Product.version)
        let start = WorkerStart(surroundings, name: "web", report: report, logger: logger)
        await start.pause()
        let (data, run) = (surroundings.dataFolder, surroundings.runFolder)
        let generation = try await CurrentGeneration(folder: GenerationFolder(data + "/generations"), logger: logger)
        let host = generation.value.host
        logger.logLevel = Logger.Level(rawValue: host.log.level.rawValue) ?? .notice
        let sessions = SessionRegistry()
        let authenticator = AuthenticationClient(path: run + "/auth.sock", sessions: sessions, logger: logger)
        let pairs = host.certificatePairs(dataFolder: data, configurationFolder: surroundings.configurationFolder)
        let certificates = pairs.isEmpty ? nil : try ServerCertificates(pairs)
        let options = StoreOptions(root: data + "/accounts", role: .web, changesFolder: run + "/changes")
        let budget = DescriptorBudget(connections: host.limits.connections, mailboxes: options.maxOpenAccounts)
        if let shortage = budget.check() { report.problem(shortage) }
        let store = try MailStore(options, logger: logger)
        let webmail = try WebmailService(
            listeners: listeners(host, surroundings), dataFolder: data, runFolder: run,
            templatesFolder: surroundings.templatesFolder, store: store, generation: generation, authenticator: authenticator,
            registry: sessions, certificates: certificates, logger: logger,
            latestRevocation: { authenticator.latestRevocation ?? 0 })
        if let number = try await webmail.takeUpSessions() { authenticator.catchUp(after: number) }

        let gate = StartGate(1) { start.ready() }
        var services: [any Service] = [generation, authenticator, SessionWatch(sessions, generation, logger: logger)]
        services.append(StoreUpkeep(store))
        services.append(GenerationReport(generation: generation, report: report))
        if let certificates {
            services.append(
                CertificateWatch(
                    certificates, generation: generation, dataFolder: data, configurationFolder: surroundings.configurationFolder,
                    logger: logger))
        }
        services.append(GatedService(gate) { try await webmail.run(listening: $0) })
        let metrics = MetricsPlace.places(
            address: host.metrics.address, port: host.metrics.web, socket: host.metrics.sockets ? run + "/web-metrics.sock" : nil)
        try await WorkerRun(surroundings, start: start, metrics: metrics, logger: logger).run(services)
        await store.shutdown()
    }

    /// In the clear the site is served on loopback alone; elsewhere browsers are sent to https.
    private func listeners(_ host: HostConfiguration, _ surroundings: Surroundings) -> [WebmailService.Listener] {
        let secure = host.listeners.first { $0.service == .https }
        return [ListenerService.http, .https].flatMap { service in
            let names = host.listeners.filter { $0.service == service }.map(\.name)
            return surroundings.sockets(of: service.rawValue, listeners: names).map { descriptor in
                let kind: WebmailService.Listener.Kind =
                    if service == .https { .https } else if let secure, LocalAddress(descriptor)?.isLoopback != true {
                        .redirect(port: Int(secure.port))
                    } else { .plain }
                return WebmailService.Listener(descriptor: descriptor, kind: kind)
            }
        }
    }
}
