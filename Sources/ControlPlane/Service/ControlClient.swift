internal import Directory
package import Domains
internal import FoundationEssentials
internal import LocalSocket
internal import Logging
package import Mail

/// How commands change a host: by the running control plane, which tells the workers, or themselves where none runs.
package struct ControlClient: Sendable {
    /// How long a command waits for a change: an apply of a large host takes seconds.
    package static let deadline: Duration = .seconds(120)

    let folders: HostFolders
    private let client: LocalClient
    private let control: HostControl
    private let worker: MailWorker

    package init(_ folders: HostFolders) {
        self.folders = folders
        client = LocalClient(path: folders.controlSocket)
        control = HostControl(folders)
        worker = MailWorker(folders)
    }

    /// What asks and reads only, here.
    package var host: HostControl { control }

    /// What an apply would do now, with the sizes of what it deletes where the mail worker says them.
    package func plan() async throws -> Plan {
        try await control.plan(configuration: folders.configuration).measured(by: worker)
    }

    /// What a rollback would do now, as `plan` shows it.
    package func rollbackPlan(to generation: Int?) async throws -> Plan {
        try await control.rollbackPlan(to: generation).measured(by: worker)
    }

    package func apply(plan: String?) async throws -> HostControl.Outcome {
        try await ask(ApplyQuestion(configuration: folders.configuration, plan: plan)) {
            try await control.apply(configuration: folders.configuration, plan: plan)
        }
    }

    package func rollback(to generation: Int?, plan: String? = nil) async throws -> HostControl.Outcome {
        try await ask(RollbackQuestion(generation: generation, plan: plan)) {
            try await control.rollback(to: generation, plan: plan)
        }
    }

    package func setPassword(_ password: [UInt8], of user: String) async throws -> HostControl.Outcome {
        try PasswordRule.check(password, of: [user])
        return try await ask(SetPasswordQuestion(user: user, password: Data(password))) {
            let account = try await control.mayHavePassword(user)
            let hash = try await NewPassword.hash(password, of: account.ownNames, on: HashingThreads())
            return try await control.setPassword(hash: hash, of: user)
        }
    }

    package func suspend(_ user: String) async throws -> HostControl.Outcome {
        try await ask(SuspendQuestion(user: user, resumes: false)) { try await control.suspend(user) }
    }

    package func resume(_ user: String) async throws -> HostControl.Outcome {
        try await ask(SuspendQuestion(user: user, resumes: true)) { try await control.resume(user) }
    }

    /// - Returns: the secret, to be shown once.
    package func addApplicationPassword(
        _ name: String, scopes: [ApplicationPassword.Scope], to user: String
    ) async throws -> String {
        try await ask(AddApplicationPasswordQuestion(user: user, name: name, scopes: scopes)) {
            try await AddApplicationPasswordQuestion.Answer(
                secret: control.addApplicationPassword(name, scopes: scopes, to: user))
        }.secret
    }

    package func removeApplicationPassword(_ name: String, of user: String) async throws -> HostControl.Outcome {
        try await ask(RemoveApplicationPasswordQuestion(user: user, name: name)) {
            try await control.removeApplicationPassword(name, of: user)
        }
    }

    /// Reads the directories of a tenant now, and puts in force what they changed.
    package func syncDirectories(of tenant: TenantID, allowsRemovals: Bool) async throws -> DirectoryCommand.Report {
        let question = SyncDirectoriesQuestion(tenant: tenant, allowsRemovals: allowsRemovals)
        return try await ask(question, within: DirectoryCommand.deadline) {
            let logins = HostDirectoryLogins(folders, logger: Logger(label: "malaposta"))
            let rounds = DirectoryRounds(
                control, folders, logins, logger: Logger(label: "malaposta"), now: { SystemTime.seconds })
            return try await DirectoryCommand(control).sync(tenant, allowsRemovals: allowsRemovals, rounds: rounds)
        }
    }

    // MARK: Domains

    /// How a domain stands; with `looks`, as DNS has it now.
    package func domainReport(_ domain: String, looks: Bool) async throws -> DomainReport {
        try await ask(DomainReportQuestion(domain: domain, looks: looks)) { try await domains.report(domain, looks: looks) }
    }

    /// The newest first.
    package func domainHistory(_ domain: String, limit: Int) async throws -> [DomainEvent] {
        try await ask(DomainHistoryQuestion(domain: domain, limit: limit)) {
            DomainHistoryQuestion.Answer(events: try await domains.history(domain, limit: limit))
        }.events
    }

    /// - Parameter domain: nil for all.
    package func keys(_ domain: String?) async throws -> [KeyReport] {
        try await ask(KeysQuestion(domain: domain, rotates: false)) {
            KeysQuestion.Answer(keys: try await domains.keys(domain))
        }.keys
    }

    package func rotateKeys(_ domain: String) async throws -> [KeyReport] {
        try await ask(KeysQuestion(domain: domain, rotates: true)) {
            KeysQuestion.Answer(keys: try await domains.rotate(domain))
        }.keys
    }

    /// Every domain in one line, as of its last look.
    package func domainSummaries() async throws -> [DomainSummary] { try await control.domainSummaries() }

    /// Where no control plane runs, a command looks itself.
    private var domains: HostedDomains { HostedDomains(control, DomainToolbox(), logger: Logger(label: "malaposta")) }

    package func status() async throws -> ControlPlaneStatus { try await control.status() }

    /// Nobody at the socket means that no control plane runs; every other failure is one.
    private func ask<Asked: Question>(
        _ question: Asked, within deadline: Duration = Self.deadline, directly: () async throws -> Asked.Answer
    ) async throws -> Asked.Answer {
        do { return try await client.ask(question, within: deadline) } catch LocalSocketError.unreachable {
            return try await directly()
        }
    }
}
