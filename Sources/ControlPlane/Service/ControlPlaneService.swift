package import Directory
internal import Domains
internal import LocalSocket
package import Logging
internal import Mail
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle

/// The control plane of a running host: checks passwords, and takes what commands ask.
package final class ControlPlaneService: Service {
    private let folders: HostFolders
    private let logger: Logger
    private let control: HostControl
    private let limits: AuthenticationService.Limits
    private let templates: String
    private let toolbox: DomainToolbox

    /// - Parameters:
    ///   - dataFolder: of the whole host; the control plane's own folders are in it.
    ///   - runFolder: where `auth.sock` and `control.sock` are made; must exist.
    ///   - configurationFolder: what is applied when there is no generation yet.
    ///   - templates: the folder of templates.
    ///   - toolbox: what domains are looked at with.
    ///   - now: seconds since 1970.
    package init(
        dataFolder: String, runFolder: String, configurationFolder: String, limits: AuthenticationService.Limits = .init(),
        templates: String = "/usr/share/malaposta/templates", toolbox: DomainToolbox = DomainToolbox(), logger: Logger,
        now: @escaping @Sendable () -> Int64 = { SystemTime.seconds }
    ) {
        folders = HostFolders(data: dataFolder, run: runFolder, configuration: configurationFolder)
        control = HostControl(folders, now: now)
        self.limits = limits
        self.templates = templates
        self.toolbox = toolbox
        self.logger = logger
    }

    /// The generation in force. On a new host the files are applied first.
    ///
    /// - Throws: `ControlError.badFiles` where there is no generation yet and the files have errors.
    @discardableResult
    package func prepare() async throws -> Generation { try await control.firstGeneration() }

    package func status() async throws -> ControlPlaneStatus { try await control.status() }

    /// Answers until the program stops.
    ///
    /// - Throws: where there is no generation and none can be made, or a socket cannot be bound.
    package func run() async throws { try await run(listening: {}) }

    /// - Parameter listening: called once both sockets take questions.
    package func run(listening: @escaping @Sendable () -> Void) async throws {
        _ = try await prepare()
        let current = try await CurrentGeneration(folder: folders.generations, logger: logger)
        let passwords = AuthenticationService(
            generation: { current.value }, passwords: StoredPasswords(folders), limits: limits, logger: logger)
        let authentication = LocalServer(
            path: folders.authenticationSocket, table: questions(to: passwords), logger: logger)
        let change: @Sendable (HostControl.Outcome) async -> HostControl.Outcome = { outcome in
            await current.refresh()
            for revocation in outcome.revocations { await authentication.tell(revocation) }
            return outcome
        }
        let domains = HostedDomains(control, toolbox, mail: domainMail(current), logger: logger, change: change)
        let rounds = DomainRounds(domains, logger: logger)
        var table = self.commands(change)
        domains.answer(in: &table)
        let commands = LocalServer(path: folders.controlSocket, table: table, logger: logger)
        let purges = PurgeRounds(control, MailWorker(folders), logger: logger)
        let started = NIOLockedValueBox(0)
        let oneListens: @Sendable () -> Void = {
            let count = started.withLockedValue { count in
                count += 1
                return count
            }
            if count == 2 { listening() }
        }
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await current.run() }
                group.addTask { await purges.run() }
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
    private func commands(_ change: @escaping @Sendable (HostControl.Outcome) async -> HostControl.Outcome) -> QuestionTable {
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
                let hash = try await NewPassword.hash([UInt8](question.password), on: hashing)
                return try await control.setPassword(hash: hash, of: question.user)
            }
        }
        table.answer(SuspendQuestion.self) { question, peer in
            try await answer(question.resumes ? "user resume" : "user suspend", peer) {
                question.resumes ? try await control.resume(question.user) : try await control.suspend(question.user)
            }
        }
        table.answer(StatusQuestion.self) { _, _ in try await control.status() }
        return table
    }
}
