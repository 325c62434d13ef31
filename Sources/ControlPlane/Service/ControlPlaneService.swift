package import Directory
internal import Domains
internal import Glibc
package import LocalSocket
package import Logging
internal import Mail
internal import MailConfiguration
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle
package import Worker

/// The control plane of a running host: checks passwords, and takes what commands ask.
package final class ControlPlaneService: Service {
    private let folders: HostFolders
    private let logger: Logger
    private let control: HostControl
    private let limits: AuthenticationService.Limits
    private let now: @Sendable () -> Int64
    /// How this program is; it is up once its sockets take questions.
    package let report = HealthReport(program: "malaposta", version: Product.version)
    private let users: HostUsers
    private let sockets: HostSockets?
    /// Where systemd's sockets were brought last; nil where that is not known. Not what was in force before a change: that may have
    /// been followed by halves.
    private let brought = NIOLockedValueBox<[ListenerConfiguration]?>(nil)
    private let templates: String
    private let toolbox: DomainToolbox

    /// - Parameters:
    ///   - dataFolder: of the whole host; the control plane's own folders are in it.
    ///   - runFolder: where `auth.sock` and `control.sock` are made; must exist.
    ///   - configurationFolder: what is applied when there is no generation yet.
    ///   - users: as whom the workers run, so that they are answered.
    ///   - sockets: where systemd holds the listening sockets: has them follow the generation in force.
    ///   - templates: the folder of templates.
    ///   - toolbox: what domains are looked at with.
    ///   - now: seconds since 1970.
    package init(
        dataFolder: String, runFolder: String, configurationFolder: String, limits: AuthenticationService.Limits = .init(),
        users: HostUsers = .same, sockets: HostSockets? = nil, templates: String = "/usr/share/malaposta/templates",
        toolbox: DomainToolbox = DomainToolbox(), logger: Logger,
        now: @escaping @Sendable () -> Int64 = { SystemTime.seconds }
    ) {
        folders = HostFolders(data: dataFolder, run: runFolder, configuration: configurationFolder)
        control = HostControl(folders, now: now)
        self.now = now
        self.limits = limits
        self.users = users
        self.sockets = sockets
        self.templates = templates
        self.toolbox = toolbox
        self.logger = logger
    }

    /// The generation in force, and what workers need to start under it. On a new host the files are applied first.
    ///
    /// - Parameter empty: what a new host is where there are no files yet, or files with errors; nil refuses then.
    /// - Throws: `ControlError.badFiles` where there is no generation yet and the files have errors.
    @discardableResult
    package func prepare(orElse empty: EmptyHost? = nil) async throws -> Generation {
        let generation = try await control.firstGeneration(orElse: empty)
        try keepUpCertificate(generation)
        return generation
    }

    private func keepUpCertificate(_ generation: Generation) throws {
        let host = generation.host
        try HostCertificate(data: folders.data, hostName: host.hostName.ascii).keepUp(host.tls, now: now())
    }

    /// Has systemd's sockets listen where a generation says, unless they were told so. What fails is logged: the host goes on as it is.
    ///
    /// - Returns: a sentence with its cure for whatever does not listen as wanted.
    @discardableResult
    package func bringSockets(to generation: Generation) async -> [String] {
        guard let sockets else { return [] }
        let listeners = generation.host.listeners
        guard brought.withLockedValue({ $0 }) != listeners else { return [] }
        let problems: [String]
        do {
            problems = try await sockets.bring(to: listeners)
            brought.withLockedValue { $0 = listeners }
        } catch {
            problems = ["\(error)"]
            brought.withLockedValue { $0 = nil }
        }
        for problem in problems {
            logger.error("sockets do not listen as malaposta.yaml says", metadata: ["cause": "\(problem)"])
        }
        return problems
    }

    /// What follows from a change of the generation in force, beside the workers' own following.
    ///
    /// - Returns: sentences of what did not follow.
    private func follow(_ generation: Generation) async -> [String] {
        do { try keepUpCertificate(generation) } catch {
            logger.error("the self-signed certificate cannot be made", metadata: ["cause": "\(error)"])
        }
        return await bringSockets(to: generation)
    }

    package func status() async throws -> ControlPlaneStatus { try await control.status() }

    /// Answers until the program stops.
    ///
    /// - Throws: where there is no generation and none can be made, or a socket cannot be bound.
    package func run() async throws { try await run(listening: {}) }

    /// - Parameter listening: called once both sockets take questions.
    package func run(listening: @escaping @Sendable () -> Void) async throws {
        _ = try await prepare()
        let current = try await CurrentGeneration(folder: folders.generations, logger: logger)
        let logins = HostDirectoryLogins(folders, logger: logger)
        let directories = DirectoryRounds(control, folders, logins, logger: logger, now: now)
        let passwords = AuthenticationService(
            generation: { current.value }, passwords: StoredPasswords(folders), directories: logins, limits: limits,
            logger: logger)
        let memory = LoginMemory(folders, now: now, logger: logger)
        let authentication = LocalServer(
            path: folders.authenticationSocket, table: questions(to: passwords), policy: users.policy([.mail, .web]),
            logger: logger)
        let report = report
        report.generation(current.value.number)
        let change: @Sendable (HostControl.Outcome) async -> HostControl.Outcome = { outcome in
            await current.refresh()
            report.generation(current.value.number)
            do {
                try await self.control.forEachRevocation(outcome.revocations) { revocation in
                    if revocation.reason == .passwordChanged { await passwords.forget(revocation.account) }
                    await authentication.tell(revocation)
                }
            } catch {
                self.logger.error("whose sessions end cannot be read", metadata: ["cause": "\(error)"])
            }
            var told = outcome
            told.problems = await self.follow(current.value)
            return told
        }
        let domains = HostedDomains(control, toolbox, mail: domainMail(current), logger: logger, change: change)
        let rounds = DomainRounds(domains, logger: logger)
        var table = self.commands(change, directories)
        domains.answer(in: &table)
        let commands = LocalServer(path: folders.controlSocket, table: table, logger: logger)
        let purges = PurgeRounds(control, MailWorker(folders), logger: logger)
        let started = NIOLockedValueBox(0)
        let oneListens: @Sendable () -> Void = {
            let count = started.withLockedValue { count in
                count += 1
                return count
            }
            guard count == 2 else { return }
            report.up()
            listening()
        }
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await current.run() }
                group.addTask { await purges.run() }
                group.addTask { await memory.keep(passwords) }
                group.addTask { await directories.run { _ = await change($0) } }
                group.addTask { await rounds.run() }
                group.addTask { try await Self.serve(authentication, oneListens) }
                group.addTask { try await Self.serve(commands, oneListens) }
                try await group.next()
                group.cancelAll()
            }
        }
    }

    /// Nil, and logged, where the texts are missing: all else goes on without them.
    private func domainMail(_ current: CurrentGeneration) -> DomainMail? {
        do {
            return try DomainMail(
                runFolder: folders.run, templates: templates + "/mail", generation: { current.value }, logger: logger)
        } catch {
            logger.error("nobody will be told of domains that change for the worse", metadata: ["cause": "\(error)"])
            return nil
        }
    }

    private static func serve(_ server: LocalServer, _ listening: @Sendable () -> Void) async throws {
        do { try await server.run(listening: listening) } catch is CancellationError {}
    }

    private func questions(to passwords: AuthenticationService) -> QuestionTable {
        var table = QuestionTable()
        table.answer(AuthenticateQuestion.self) { question, _ in
            await AuthenticateQuestion.Answer(passwords.authenticate(question.credentials))
        }
        table.answer(RevocationsQuestion.self) { [control] question, _ in try await control.revocations(after: question.after) }
        return table
    }

    /// - Parameter change: makes a change known: the new generation to this process, the revocations to the workers.
    private func commands(
        _ change: @escaping @Sendable (HostControl.Outcome) async -> HostControl.Outcome, _ directories: DirectoryRounds
    ) -> QuestionTable {
        let control = control
        let logger = logger
        let hashing = HashingThreads(HashingThreads.Limits(threads: 1, waiting: 16))
        @Sendable func answer(
            _ word: String, _ peer: Peer, _ body: () async throws -> HostControl.Outcome
        ) async throws -> HostControl.Outcome {
            do {
                let outcome = try await change(body())
                logger.notice(
                    "host changed",
                    metadata: ["command": "\(word)", "generation": "\(outcome.generation)", "uid": "\(peer.userID)"])
                return outcome
            } catch let error as ControlError { throw error.refusal }
        }
        var table = QuestionTable()
        table.answer(ApplyQuestion.self) { question, peer in
            try await answer("apply", peer) {
                try await control.apply(configuration: question.configuration, plan: question.plan)
            }
        }
        table.answer(RollbackQuestion.self) { question, peer in
            try await answer("rollback", peer) { try await control.rollback(to: question.generation, plan: question.plan) }
        }
        table.answer(SetPasswordQuestion.self) { question, peer in
            try await answer("user password", peer) {
                let account = try await control.mayHavePassword(question.user)
                let hash = try await NewPassword.hash([UInt8](question.password), of: account.ownNames, on: hashing)
                return try await control.setPassword(hash: hash, of: question.user)
            }
        }
        table.answer(SuspendQuestion.self) { question, peer in
            try await answer(question.resumes ? "user resume" : "user suspend", peer) {
                question.resumes ? try await control.resume(question.user) : try await control.suspend(question.user)
            }
        }
        table.answer(AddApplicationPasswordQuestion.self) { question, peer in
            do {
                let secret = try await control.addApplicationPassword(question.name, scopes: question.scopes, to: question.user)
                logger.notice("application password made", metadata: ["login": "\(question.user)", "uid": "\(peer.userID)"])
                return AddApplicationPasswordQuestion.Answer(secret: secret)
            } catch let error as ControlError { throw error.refusal }
        }
        table.answer(RemoveApplicationPasswordQuestion.self) { question, peer in
            try await answer("user app-password remove", peer) {
                try await control.removeApplicationPassword(question.name, of: question.user)
            }
        }
        table.answer(SyncDirectoriesQuestion.self) { question, _ in
            do {
                let report = try await DirectoryCommand(control).sync(
                    question.tenant, allowsRemovals: question.allowsRemovals, rounds: directories)
                if let outcome = report.change { _ = await change(outcome) }
                return report
            } catch let error as ControlError { throw error.refusal }
        }
        table.answer(StatusQuestion.self) { _, _ in try await control.status() }
        // The watchdog asks too: an answer shows that tasks and event loops go on.
        table.answer(HealthQuestion.self) { [report] _, _ in report.current }
        return table
    }
}
