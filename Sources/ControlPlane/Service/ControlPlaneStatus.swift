internal import Directory
internal import MailConfiguration
package import Provisioning

/// The control plane's part of `malaposta status`.
package struct ControlPlaneStatus: Codable, Sendable, Hashable {
    /// The generation in force; 0 before the first.
    package var generation: Int
    /// Seconds since 1970; nil before the first.
    package var made: Int64?
    package var reason: String?
    /// Files that differ from those applied; `plan` says what that means.
    package var drift: [String]
    /// How many errors the files have as they stand.
    package var fileErrors: Int
    package var tenants: Int
    package var users: Int
    package var sharedMailboxes: Int
    package var suspended: Int
    package var retired: Int
    /// The directories (LDAP) of all tenants, in the order of tenants and ids.
    package var directories: [DirectoryState]
    /// What a new host still lacks, as a sentence; nil where nothing.
    package var nextStep: String?
}

extension HostControl {
    package func status() throws -> ControlPlaneStatus {
        let database = try database()
        let reading = ConfigurationReading(folder: folders.configuration)
        let number = folders.generations.currentNumber
        let reader = number.map { GenerationReader(folders.generations, number: $0) }
        let tenants = try reader?.outline().tenants ?? []
        var (users, mailboxes, suspended, retired) = (0, 0, 0, 0)
        for tenant in tenants {
            try reader?.forEachAccount(of: tenant.tenant.id) { account in
                guard account.state != .retired else { return retired += 1 }
                if account.kind == .user { users += 1 } else { mailboxes += 1 }
                if !account.state.isActive { suspended += 1 }
            }
        }
        let applied = try number.flatMap { try database.applied(generation: $0) }
        let entry = try database.generations(current: number).first { $0.isCurrent }
        // On a host just after its installation that there are no files is no error.
        let isNew = reading.files.contents.isEmpty && entry?.reason == EmptyHost.reason
        return ControlPlaneStatus(
            generation: number ?? 0, made: entry?.made, reason: entry?.reason,
            drift: try isNew ? [] : reading.files.difference(from: applied.map { try database.fileDigests(applied: $0) } ?? [:]),
            fileErrors: isNew ? 0 : reading.diagnostics.count { $0.severity == .error }, tenants: tenants.count,
            users: users, sharedMailboxes: mailboxes, suspended: suspended, retired: retired,
            directories: try directoryStates(), nextStep: nextStep(entry, hasTenants: !tenants.isEmpty, reading))
    }

    private func nextStep(_ entry: GenerationEntry?, hasTenants: Bool, _ reading: ConfigurationReading) -> String? {
        guard !hasTenants else { return nil }
        if reading.files.contents.isEmpty { return "this host is empty: 'malaposta setup' writes its first files" }
        guard entry?.reason == EmptyHost.reason else { return nil }
        return reading.hasErrors
            ? "nothing of \(folders.configuration) is in force yet: 'malaposta check' shows what is wrong there"
            : "nothing of \(folders.configuration) is in force yet: 'malaposta plan' shows it, 'malaposta apply' does it"
    }

    /// Revocations that a worker has missed.
    func revocations(after number: Int64?) throws -> RevocationsQuestion.Answer {
        try database().revocations(after: number)
    }
}
