internal import Directory
internal import Mail
internal import MailConfiguration
internal import Provisioning
internal import SQL
internal import TLS
internal import Wire

/// How a change is prepared, and how it is made.
extension HostControl {
    struct Prepared {
        var reading: ConfigurationReading
        var tree: ConfigurationTree
        var content: GenerationContent
        var plan: Plan
        var leaving: [Leaving]
        var returning: [AccountID]
        var otherPasswords: [AccountID]
        /// Active until now, suspended by this change: by their own lines, by a command, or with their tenant.
        var suspending: [AccountID]
        var applied: Int64?
        /// Tenants with directories, as they are with these.
        var joined: [JoinedTenant] = []
        /// Accounts of the files and the directories.
        var present: Set<AccountID>
        /// From the generation in force; nil where there is none that can be read.
        var difference: GenerationDifference?
        /// Whether workers would see anything else.
        var isOtherContent = true
    }

    /// An account that is retired by this change.
    struct Leaving {
        var account: DirectoryAccount
        /// How long its mail is kept: as its tenant says now, or said last.
        var tenant: Tenant
    }

    /// - Parameter objects: what directories would have, where that is not what they had last.
    func prepare(
        _ reading: ConfigurationReading, objects: [TenantID: [SnapshotDatabase.Kept]] = [:]
    ) throws -> Prepared {
        guard let files = reading.tree else { throw ControlError.badFiles(reading.diagnostics) }
        let (tree, joined) = try join(files, objects)
        let database = try database()
        let current = folders.generations.currentNumber
        let applied = try current.flatMap { try database.applied(generation: $0) }
        let living = try GenerationContent(
            tree, overrides: AccountOverrides(suspended: database.suspended()), domains: domainStandings(database))
        let present = Set(living.tenants.flatMap(\.accounts).map(\.id))
        let retired = try database.retired()
        let waiting = retired.filter { $0.purgeAfter > now() && !present.contains($0.account.id) }.map(\.account)
        var content = living.adding(retired: waiting)
        var difference = try current.flatMap { try differenceInForce($0, from: content, applied: applied) }
        let before: GenerationContent? = try difference?.content ?? current.flatMap { try contentInForce($0, applied: applied) }
        let old = (before?.tenants ?? []).lazy.flatMap(\.accounts).filter { $0.state != .retired }
        let leaving = Array(old.filter { !present.contains($0.id) })
        if !leaving.isEmpty {
            // Who is leaving may stand among the retired already, where a change was noted but stopped before it was in force.
            let gone = Set(leaving.map(\.id))
            content = living.adding(retired: waiting.filter { !gone.contains($0.id) } + leaving)
            difference = try current.flatMap { try differenceInForce($0, from: content, applied: applied) }
        }
        let newPasswords = Dictionary(tree.tenants.flatMap(\.filePasswords)) { first, _ in first }
        let oldPasswords = try applied.map { try database.filePasswords(applied: $0) } ?? [:]
        let maker = PlanMaker(
            old: PlanMaker.Side(content: before, passwords: oldPasswords),
            new: PlanMaker.Side(content: content, passwords: newPasswords), kept: Set(retired.map(\.account.id)), now: now(),
            ofDirectories: Set(joined.flatMap(\.accounts).map(\.id)))
        return Prepared(
            reading: reading, tree: tree, content: content,
            plan: try plan(maker, reading, generation: current ?? 0, applied: applied),
            leaving: Self.leaving(leaving, before, content),
            returning: retired.map(\.account.id).filter { present.contains($0) },
            otherPasswords: Array(
                old.map(\.id).filter { present.contains($0) && oldPasswords[$0]?.hash != newPasswords[$0]?.hash }),
            suspending: Self.suspending(old, content), applied: applied, joined: joined, present: present,
            difference: difference, isOtherContent: content != before)
    }

    private static func leaving(
        _ accounts: [DirectoryAccount], _ before: GenerationContent?, _ after: GenerationContent
    ) -> [Leaving] {
        let tenants = Dictionary(((before?.tenants ?? []) + after.tenants).map { ($0.tenant.id, $0.tenant) }) { $1 }
        return accounts.compactMap { account in tenants[account.tenant].map { Leaving(account: account, tenant: $0) } }
    }

    private static func suspending(_ living: some Sequence<DirectoryAccount>, _ content: GenerationContent) -> [AccountID] {
        let suspended = content.tenants.lazy.flatMap(\.accounts).filter {
            if case .suspended = $0.state { true } else { false }
        }.map(\.id)
        guard !suspended.isEmpty else { return [] }
        let active = Set(living.lazy.filter { $0.state.isActive }.map(\.id))
        return suspended.filter { active.contains($0) }
    }

    /// Nil where the generation's folder cannot be read, but its files are known.
    private func differenceInForce(
        _ number: Int, from content: GenerationContent, applied: Int64?
    ) throws -> GenerationDifference? {
        do { return try GenerationReader(folders.generations, number: number).difference(from: content) } catch {
            guard applied != nil else { throw error }
            return nil
        }
    }

    /// What a generation said whose folder cannot be read, by its files.
    private func contentInForce(_ number: Int, applied: Int64?) throws -> GenerationContent? {
        let database = try database()
        guard let applied, let files = try reading(database.files(applied: applied)).tree else {
            return try GenerationReader(folders.generations, number: number).content()
        }
        let tree = try join(files, [:]).tree
        let retired = try database.retired().map { $0.account }
        let overrides = try AccountOverrides(suspended: database.suspended(), retired: retired)
        return try GenerationContent(tree, overrides: overrides, domains: domainStandings(database))
    }

    private func plan(_ maker: PlanMaker, _ reading: ConfigurationReading, generation: Int, applied: Int64?) throws -> Plan {
        let before = try applied.map { try database().fileDigests(applied: $0) } ?? [:]
        var plan = Plan(
            id: "", generation: generation, lines: maker.lines, effect: maker.effect,
            changedFiles: reading.files.difference(from: before), warnings: reading.diagnostics.map { "\($0)" })
        if !plan.isEmpty {
            plan.id = String(Hex.encode(SHA256.digest(of: Array("\(generation):\(reading.files.digest)".utf8))).prefix(8))
        }
        return plan
    }

    /// - Parameter always: makes a generation also where the plan is empty.
    func commit(_ prepared: Prepared, reason: String, always: Bool = false) throws -> Outcome {
        let database = try database()
        let current = folders.generations.currentNumber
        if prepared.plan.isEmpty, let current, !always { return Outcome(plan: nil, generation: current, revocations: []) }
        let history = try database.generations(current: nil).first?.number ?? 0
        let number = max(current ?? 0, folders.generations.numbers.last ?? 0, history) + 1
        let writer = GenerationWriter(folders.generations)
        try writer.write(prepared.content, number: number, since: prepared.difference)
        let revocations = try record(prepared, number: number, reason: reason)
        // On a new host the folders are new too: a generation in force without control.db has users without passwords.
        try Disk.flush(folders.data)
        try writer.publish(number)
        for joined in prepared.joined { try snapshots().keep(joined) }
        try writer.keepNewest(Self.keptGenerations)
        try database.connection.transaction { try database.forgetGenerations(besides: folders.generations.numbers) }
        return Outcome(plan: prepared.plan, generation: number, revocations: revocations)
    }

    private func record(_ prepared: Prepared, number: Int, reason: String) throws -> [Revocation] {
        let database = try database()
        let time = now()
        return try database.connection.transaction {
            let isSame = try prepared.applied.flatMap(database.digest) == prepared.reading.files.digest
            let kept: Int64
            if isSame, let applied = prepared.applied {
                kept = applied
            } else {
                kept = try database.keep(prepared.reading.files, prepared.tree, at: time)
            }
            try database.note(
                GenerationEntry(number: number, made: time, reason: reason, changes: prepared.plan.counts, isCurrent: false),
                applied: kept)
            try followDomains(prepared.tree, database, at: time)
            for account in prepared.returning { try database.revive(account) }
            var revocations: [Revocation] = []
            for leaving in prepared.leaving {
                try database.retire(leaving.account, at: time, purgeAfter: leaving.tenant.purgeTime(leaving: time))
                revocations.append(try database.revoke(leaving.account.id, .removed, at: time))
            }
            for account in prepared.otherPasswords {
                revocations.append(try database.revoke(account, .passwordChanged, at: time))
            }
            for account in prepared.suspending {
                revocations.append(try database.revoke(account, .suspended, at: time))
            }
            return revocations
        }
    }
}

extension ConfigurationFiles {
    /// Paths whose content is not what these digests say, in order.
    func difference(from digests: [String: String]) -> [String] {
        let now = contents.mapValues { Hex.encode(SHA256.digest(of: $0)) }
        return Set(now.keys).union(digests.keys).filter { now[$0] != digests[$0] }.sorted()
    }
}
