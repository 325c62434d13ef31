import Delivery
import Directory
import IMAP
import LocalSocket
import Logging
import MailConfiguration
import SMTPServer
import ServiceLifecycle
import Store
import TLS
import Upkeep
import Worker

/// The mail worker's services and what they share.
struct MailParts {
    let store: MailStore
    /// In the order of starting; they stop in the reverse order, so that SMTP stops before delivery.
    let services: [any Service]

    init(_ surroundings: Surroundings, _ generation: CurrentGeneration, _ start: WorkerStart, _ logger: Logger) throws {
        let (data, run) = (surroundings.dataFolder, surroundings.runFolder)
        let (host, report) = (generation.value.host, start.report)
        let sessions = SessionRegistry()
        let connections = OpenConnections()
        let authenticator = AuthenticationClient(path: run + "/auth.sock", sessions: sessions, logger: logger)
        let pairs = generation.value.host.certificatePairs(
            dataFolder: data, configurationFolder: surroundings.configurationFolder)
        let certificates = pairs.isEmpty ? nil : try ServerCertificates(pairs)

        let options = StoreOptions(root: data + "/accounts", role: .mail, changesFolder: run + "/changes")
        let budget = DescriptorBudget(connections: host.limits.connections, mailboxes: options.maxOpenAccounts)
        if let shortage = budget.check() { report.problem(shortage) }
        let store = try MailStore(options, logger: logger)
        let delivery = try DeliveryService(
            spoolFolder: data + "/spool", mailboxes: StoreMailboxes(store), generation: generation,
            templates: surroundings.templatesFolder + "/mail", limits: SpoolLimits(generation.value.host.spool).asTested,
            logger: logger)
        func door(_ kind: DoorKind, beginsWithTLS: Bool = false) -> SMTPDoor {
            SMTPDoor(
                kind, beginsWithTLS: beginsWithTLS, certificates: kind.isUnixSocket ? nil : certificates, generation: generation,
                authenticator: authenticator, registry: sessions,
                // The web's way in stays open when the doors to the world are full.
                connections: kind.isUnixSocket ? OpenConnections() : connections, receiver: delivery.receiver,
                limits: SMTPLimits().asTested, logger: logger)
        }

        var smtp: [SMTPService] = []
        var imap: [IMAPServer.Listener] = []
        var doors: [DoorProbe.Door] = []
        for service in ListenerService.allCases {
            let names = host.listeners.filter { $0.service == service }.map(\.name)
            for descriptor in surroundings.sockets(of: service.rawValue, listeners: names) {
                if !service.beginsWithTLS, let place = LocalAddress(descriptor) {
                    doors.append(DoorProbe.Door(name: service.rawValue, place: place))
                }
                switch service {
                case .smtp: smtp.append(SMTPService(door(.mx), at: .descriptor(descriptor)))
                case .submission, .submissions:
                    let door = door(.submission, beginsWithTLS: service == .submissions)
                    smtp.append(SMTPService(door, at: .descriptor(descriptor)))
                case .imap, .imaps:
                    imap.append(IMAPServer.Listener(descriptor: descriptor, beginsWithTLS: service == .imaps))
                case .http, .https: break
                }
            }
        }
        smtp.append(
            SMTPService(
                door(.local), at: .unixSocket(path: run + "/submission.sock"),
                peers: surroundings.users.policy([.web, .control])))
        for descriptor in surroundings.sockets(of: "sendmail", listeners: []) {
            smtp.append(SMTPService(door(.machine), at: .descriptor(descriptor)))
        }
        let imapServer = IMAPServer(
            IMAPServices(
                store: store, generation: generation, authenticator: authenticator, sessions: sessions,
                connections: connections, certificates: certificates, incomingFolder: data + "/accounts/.incoming",
                limits: { IMAPLimits($0).asTested }, logger: logger),
            listeners: imap)

        var queue = QuestionTable()
        delivery.queue.answer(in: &queue)
        var upkeep = QuestionTable()
        store.answerUpkeep(in: &upkeep, under: generation)
        // The web takes back what its users undo; what deletes mailboxes is not for it.
        var table = QuestionTable()
        table.add(queue, for: surroundings.users.policy([.control, .web]))
        table.add(upkeep, for: surroundings.users.policy([.control]))
        let admin = LocalServer(
            path: run + "/mail-admin.sock", table: table, policy: surroundings.users.policy([.control, .web]), logger: logger)
        let gate = StartGate(smtp.count + 1) { start.ready() }

        self.store = store
        services =
            [generation, authenticator, delivery, admin.gated(gate)]
            + (certificates.map {
                [
                    CertificateWatch(
                        $0, generation: generation, dataFolder: data, configurationFolder: surroundings.configurationFolder,
                        logger: logger)
                ] as [any Service]
            } ?? [])
            + [
                StoreUpkeep(store), SessionWatch(sessions, generation, logger: logger),
                HealthWatch(generation: generation, delivery: delivery, report: report),
                DoorProbe(doors, report: report) { generation.value.host.proxies },
            ]
            + [imapServer] + smtp.map { service in GatedService(gate) { try await service.run(listening: $0) } }
        tell(report, smtp, imapServer, delivery)
    }

    private func tell(_ report: HealthReport, _ smtp: [SMTPService], _ imap: IMAPServer, _ delivery: DeliveryService) {
        report.figure("smtp.connections") { smtp.reduce(0) { $0 + $1.connections } }
        report.figure("imap.connections") { imap.connections }
        report.figures { delivery.figures }
    }
}
