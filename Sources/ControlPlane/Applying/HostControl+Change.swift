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
        /// What is to be in force.
        var draft: GenerationDraft
        /// From what is in force.
        var difference: GenerationDifference
        /// Without lines where nobody will see it.
        var plan: Plan
        var counts: PlanCounts
        var leaving: [Leaving]
        var returning: [AccountID]
        var otherPasswords: [AccountID]
        /// Active until now, suspended by this change: by their own lines, by a command, or with their tenant.
        var suspending: [AccountID]
        var applied: Int64?
        /// Tenants with directories, as they are with these.
        var joined: [Joined] = []
        /// Whether workers would see anything else.
        var isOtherContent = true
    }

    /// An account that is retired by this change.
    struct Leaving {
        var account: DirectoryAccount
        /// How long its mail is kept: as its tenant says now, or said last.
        var tenant: Tenant
    }

    /// - Parameter isShown: whether somebody sees the plan; else its lines are only counted.
    func prepare(_ reading: ConfigurationReading, isShown: Bool = true) throws -> Prepared {
        guard let tree = reading.tree else { throw ControlError.badFiles(reading.diagnostics) }
        let draft = try GenerationDraft(host: tree.host)
        let joined = try fill(draft, tree)
        let database = try database()
        let retired = try database.retired()
        let returning = try retired.map(\.account).filter { try draft.isLiving($0.id, of: $0.tenant) }.map(\.id)
        try draft.fill {
            for retired in retired where retired.purgeAfter > now() { try draft.put(retired: retired.account) }
        }
        let current = folders.generations.currentNumber
        let applied = try current.flatMap { try database.applied(generation: $0) }
        let difference = try difference(of: draft, from: current, applied: applied)
        let leaving = try leaving(difference)
        // Who is leaving may stand among the retired already, where a change was noted but stopped before it was in force.
        try draft.fill { for leaving in leaving { try draft.put(retired: leaving.account, replacing: true) } }
        for tenant in Set(leaving.map(\.account.tenant)) { try difference.compare(tenant) }
        let passwords = try PasswordChanges(
            from: applied.map { try database.filePasswords(applied: $0) } ?? [:], to: tree, draft)
        let maker = PlanMaker(
            difference: difference, passwords: passwords, kept: Set(retired.map(\.account.id)), now: now(),
            isOfDirectory: { id in try joined.contains { try $0.accounts.contains(id) } })
        let plan = try plan(maker, reading, generation: current ?? 0, applied: applied, isShown: isShown)
        return Prepared(
            reading: reading, tree: tree, draft: draft, difference: difference, plan: plan,
            counts: isShown ? plan.counts : try maker.counts(), leaving: leaving, returning: returning,
            otherPasswords: try Self.otherPasswords(passwords, difference),
            suspending: try Self.suspending(difference), applied: applied, joined: joined,
            isOtherContent: !difference.isEmpty)
    }

    /// Who is in force, and will not be.
    private func leaving(_ difference: GenerationDifference) throws -> [Leaving] {
        var leaving: [Leaving] = []
        for id in difference.tenants {
            try difference.of(id) { tenant in
                guard let kept = (tenant.after ?? tenant.before)?.tenant else { return }
                try tenant.forEachAccount(.known) { before, after in
                    guard let before, before.state != .retired, after.map({ $0.state == .retired }) ?? true else { return }
                    leaving.append(Leaving(account: before, tenant: kept))
                }
            }
        }
        return leaving
    }

    /// Whose passwords in the files change, of those who are there before and after.
    private static func otherPasswords(_ passwords: PasswordChanges, _ difference: GenerationDifference) throws -> [AccountID] {
        var others: [AccountID] = []
        for (id, accounts) in passwords.byTenant.sorted(by: { $0.key < $1.key }) where difference.earlier?.tenant(id) != nil {
            try difference.of(id) { tenant in
                others += try accounts.filter { account in
                    let (before, after) = try tenant.account(account)
                    return [before, after].allSatisfy { $0 != nil && $0?.state != .retired }
                }
            }
        }
        return others
    }

    private static func suspending(_ difference: GenerationDifference) throws -> [AccountID] {
        var suspending: [AccountID] = []
        for id in difference.tenants {
            try difference.of(id) { tenant in
                try tenant.forEachAccount(.known) { before, after in
                    guard let before, before.state.isActive, let after, case .suspended = after.state else { return }
                    suspending.append(after.id)
                }
            }
        }
        return suspending
    }

    /// From the generation in force; by its files, where its folder cannot be read.
    private func difference(of draft: GenerationDraft, from current: Int?, applied: Int64?) throws -> GenerationDifference {
        do {
            return try GenerationDifference(
                of: draft, from: current.map { GenerationReader(folders.generations, number: $0) })
        } catch {
            guard let applied, let tree = try reading(database().files(applied: applied)).tree else { throw error }
            let earlier = try GenerationDraft(host: tree.host, comparedWith: draft)
            _ = try fill(earlier, tree, noting: false)
            try earlier.fill { for retired in try database().retired() { try earlier.put(retired: retired.account) } }
            return try GenerationDifference(of: draft, from: earlier)
        }
    }

    private func plan(
        _ maker: PlanMaker, _ reading: ConfigurationReading, generation: Int, applied: Int64?, isShown: Bool
    ) throws -> Plan {
        let before = try applied.map { try database().fileDigests(applied: $0) } ?? [:]
        var plan = Plan(
            id: "", generation: generation, lines: isShown ? try maker.lines() : [],
            effect: isShown ? try maker.effect() : MailEffect(starting: 0, stopping: 0, moving: 0),
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
        try writer.write(prepared.difference, number: number)
        let revocations = try record(prepared, number: number, reason: reason)
        // On a new host the folders are new too: a generation in force without control.db has users without passwords.
        try Disk.flush(folders.data)
        try writer.publish(number)
        try keep(prepared.joined)
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
                GenerationEntry(number: number, made: time, reason: reason, changes: "\(prepared.counts)", isCurrent: false),
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
