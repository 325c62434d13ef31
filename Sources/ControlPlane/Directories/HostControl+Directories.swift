internal import Directory
package import Mail
internal import MailConfiguration
package import Provisioning
internal import SQL

/// The second half of a generation: what the directories had when they were read last.
extension HostControl {
    /// Reads files with the names that directories have.
    func reading(folder: String) throws -> ConfigurationReading {
        try reading { ConfigurationReading(folder: folder, directoryNames: $0) }
    }

    func reading(_ files: ConfigurationFiles) throws -> ConfigurationReading {
        try reading { ConfigurationReading(files, directoryNames: $0) }
    }

    private func reading(_ read: (DirectoryNames) -> ConfigurationReading) throws -> ConfigurationReading {
        guard Disk.exists(folders.snapshots) else { return read(DirectoryNames()) }
        let names = try NamesInDirectories(snapshots())
        let reading = read(DirectoryNames(find: names.name))
        if let failure = names.failure { throw failure }
        return reading
    }

    /// What a join of a tenant found, and where the accounts are that it noted.
    struct Joined {
        var tenant: JoinedTenant
        var accounts: JoinedAccounts
    }

    /// Puts what files, directories and commands say into a draft.
    ///
    /// - Parameter noting: whether accounts and log-ins of directories are noted, for `keep` and for the plan.
    func fill(_ draft: GenerationDraft, _ tree: ConfigurationTree, noting: Bool = true) throws -> [Joined] {
        let database = try database()
        let (overrides, domains) = try (AccountOverrides(suspended: database.suspended()), domainStandings(database))
        return try draft.fill {
            try tree.tenants.compactMap { files -> Joined? in
                let part = TenantDraft(files, in: draft, overrides: overrides, domains: domains)
                guard files.directories.isEmpty else { return try join(files, into: part, noting: noting) }
                try part.finish(files)
                return nil
            }
        }
    }

    private func join(_ files: TenantConfiguration, into draft: TenantDraft, noting: Bool) throws -> Joined? {
        let snapshots = try snapshots()
        let accounts = noting ? try JoinedAccounts(snapshots, of: files.id) : nil
        let (objects, version) = try snapshots.reading {
            try (SnapshotObjects(snapshots, of: files, now: now()), snapshots.version(of: files.id))
        }
        var joined = try snapshots.reading { try DirectoryJoin(files, objects, into: draft, accounts: accounts).result() }
        joined.version = version
        return accounts.map { Joined(tenant: joined, accounts: $0) }
    }

    /// Notes what joins found whose generation is in force.
    func keep(_ joined: [Joined]) throws {
        for joined in joined { try snapshots().keep(joined.tenant, joined.accounts) }
    }

    /// The directories of the files as applied; those that no files have any more, of a generation to roll back to neither, are
    /// forgotten.
    func directorySources() throws -> [DirectorySource] {
        let database = try database()
        guard let current = folders.generations.currentNumber, let applied = try database.applied(generation: current),
            let tree = try ConfigurationReading(database.files(applied: applied)).tree
        else { return [] }
        let sources = tree.directorySources(folder: folders.configuration)
        if !sources.isEmpty || Disk.exists(folders.snapshots) {
            try snapshots().keepOnly(Set(sources.map(\.place))) { try directoriesOfKeptGenerations(database) }
        }
        return sources
    }

    /// Files are read once for each way in which they name directories.
    private func directoriesOfKeptGenerations(_ database: ControlDatabase) throws -> Set<DirectoryPlace> {
        var seen: Set<[String: String]> = []
        var places: Set<DirectoryPlace> = []
        for generation in try database.generations(current: nil) {
            guard let applied = try database.applied(generation: generation.number) else { continue }
            let naming = try database.fileDigests(applied: applied).filter { path, _ in
                path.hasSuffix("/directory.yaml") || path.hasSuffix("/tenant.yaml")
            }
            guard seen.insert(naming).inserted, let tree = try ConfigurationReading(database.files(applied: applied)).tree else {
                continue
            }
            places.formUnion(tree.directorySources(folder: folders.configuration).map(\.place))
        }
        return places
    }

    /// Which files the directories' settings come from: changes with every apply and rollback.
    func appliedFiles() throws -> Int64? {
        try folders.generations.currentNumber.flatMap { try database().applied(generation: $0) }
    }

    /// Makes a generation with the directories as last read, where they differ from those in force. Whose password was changed
    /// there loses the open sessions.
    package func rejoin(reason: String) throws -> Outcome {
        try locked { database in
            guard let current = folders.generations.currentNumber, let applied = try database.applied(generation: current) else {
                throw ControlError.noGeneration
            }
            let changed = try snapshots().lastChangedPassword()
            if let changed, try !needsJoin() {
                let revocations = try endSessions(upTo: changed, GenerationReader(folders.generations, number: current))
                try snapshots().forgetChangedPasswords(upTo: changed)
                return Outcome(generation: current, revocations: revocations)
            }
            var prepared = try prepare(reading(database.files(applied: applied)), isShown: false)
            var isAnybody = false
            if let changed {
                try snapshots().forEachChangedPassword(upTo: changed) { account, tenant in
                    if !isAnybody { isAnybody = try prepared.draft.isLiving(account, of: tenant) }
                }
                prepared.changedPasswords = isAnybody ? changed : nil
            }
            var outcome = Outcome(generation: current)
            if prepared.isOtherContent || !prepared.otherPasswords.isEmpty || isAnybody {
                outcome = try commit(prepared, reason: reason, always: true)
                outcome.plan = nil
            } else {
                try keep(prepared.joined)
            }
            if let changed { try snapshots().forgetChangedPasswords(upTo: changed) }
            return outcome
        }
    }

    /// Of those whose password was changed, where nothing else was: the generation in force stays.
    ///
    /// - Returns: the numbers of the revocations.
    private func endSessions(upTo changed: Int64, _ reader: GenerationReader) throws -> ClosedRange<Int64>? {
        let (database, snapshots) = try (database(), snapshots())
        let tenants = try Set(reader.outline().tenants.map(\.tenant.id))
        return try database.connection.transaction {
            try database.revoking(at: now()) { revoke in
                try snapshots.forEachChangedPassword(upTo: changed) { account, tenant in
                    guard tenants.contains(tenant), let known = try reader.account(account, of: tenant), known.state != .retired
                    else { return }
                    try revoke(account, .passwordChanged)
                }
            }
        }
    }

    /// Whether there is something for `rejoin` to do.
    func needsRejoin() throws -> Bool {
        guard Disk.exists(folders.snapshots) else { return false }
        return try needsJoin() || snapshots().lastChangedPassword() != nil
    }

    /// Whether the generation in force does not have what the directories said last, or somebody's time as missing is over.
    private func needsJoin() throws -> Bool {
        let snapshots = try snapshots()
        for tenant in try Set(snapshots.states().map(\.tenant)) {
            if try snapshots.joinedVersion(of: tenant) != snapshots.version(of: tenant) { return true }
        }
        return try !expired().isEmpty
    }

    /// Accounts that were missing for longer than their tenant suspends leave the snapshot, and so the next generation.
    func forgetExpired() throws {
        for (tenant, moment) in try expired() { _ = try snapshots().forgetMissing(of: tenant, before: moment) }
    }

    private func expired() throws -> [(tenant: TenantID, moment: Int64)] {
        let database = try database()
        let snapshots = try snapshots()
        let waiting = try Set(snapshots.states().map(\.tenant)).compactMap { tenant in
            try snapshots.oldestMissing(of: tenant).map { (tenant, $0) }
        }
        guard !waiting.isEmpty else { return [] }
        let times = try suspensionTimes(database)
        return waiting.compactMap { tenant, oldest in
            guard let time = times[tenant] else { return nil }
            let moment = now() - time
            return oldest <= moment ? (tenant, moment + 1) : nil
        }
    }

    /// Read once for each set of files, as it is asked every few seconds.
    private func suspensionTimes(_ database: ControlDatabase) throws -> [TenantID: Int64] {
        guard let applied = try appliedFiles() else { return [:] }
        if let suspensions, suspensions.applied == applied { return suspensions.times }
        guard let tree = try ConfigurationReading(database.files(applied: applied)).tree else { return [:] }
        let times = Dictionary(tree.tenants.map { ($0.id, $0.policies.suspendFor.components.seconds) }) { $1 }
        suspensions = (applied, times)
        return times
    }

    /// What the directories are, for `status`.
    func directoryStates() throws -> [DirectoryState] {
        guard Disk.exists(folders.snapshots) else { return [] }
        return try snapshots().states()
    }

    // MARK: Commands

    /// The directories of one tenant.
    ///
    /// - Parameter candidates: of the files as they stand, else as applied.
    /// - Throws: `ControlError.badFiles`, `.noDirectory`.
    package func directories(of tenant: TenantID, candidates: Bool) throws -> [DirectorySource] {
        let sources: [DirectorySource]
        if candidates {
            let reading = ConfigurationReading(folder: folders.configuration)
            guard let tree = reading.tree else { throw ControlError.badFiles(reading.diagnostics) }
            sources = tree.directorySources(folder: folders.configuration)
        } else {
            sources = try directorySources()
        }
        let own = sources.filter { $0.tenant == tenant }
        guard !own.isEmpty else { throw ControlError.noDirectory(tenant, inFiles: candidates) }
        return own
    }

    /// The plan of a generation of the files as applied and the directories as last read, and what joining the tenant's found.
    func rejoinPlan(_ tenant: TenantID) throws -> (plan: Plan, joined: JoinedTenant?) {
        let database = try database()
        guard let current = folders.generations.currentNumber, let applied = try database.applied(generation: current) else {
            throw ControlError.noGeneration
        }
        let prepared = try prepare(reading(database.files(applied: applied)))
        return (prepared.plan, prepared.joined.first { $0.tenant.tenant == tenant }?.tenant)
    }

    package func findings(of tenant: TenantID) throws -> [(directory: String, finding: DirectoryFinding)] {
        try snapshots().findings(of: tenant)
    }
}
