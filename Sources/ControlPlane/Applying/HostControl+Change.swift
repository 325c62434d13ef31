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
        /// Whether some of the retired are there again.
        var isAnybodyBack: Bool
        /// Whose passwords in the files change, of those who are there before and after.
        var otherPasswords: [AccountID]
        /// The last of those that were changed in directories and are to be told of; nil tells of none.
        var changedPasswords: Int64?
        var applied: Int64?
        /// Tenants with directories, as they are with these.
        var joined: [Joined] = []
        /// Whether workers would see anything else.
        var isOtherContent = true
    }

    /// - Parameter isShown: whether somebody sees the plan; else its lines are only counted.
    func prepare(_ reading: ConfigurationReading, isShown: Bool = true) throws -> Prepared {
        guard let tree = reading.tree else { throw ControlError.badFiles(reading.diagnostics) }
        let draft = try GenerationDraft(host: tree.host)
        let joined = try fill(draft, tree)
        let database = try database()
        var isAnybodyBack = false
        try draft.fill {
            try database.forEachRetired { retired in
                if try draft.isLiving(retired.account.id, of: retired.account.tenant) {
                    isAnybodyBack = true
                } else if retired.purgeAfter > now() {
                    try draft.put(retired: retired.account)
                }
            }
        }
        let current = folders.generations.currentNumber
        let applied = try current.flatMap { try database.applied(generation: $0) }
        let difference = try difference(of: draft, from: current, applied: applied)
        for (tenant, unread) in try unreadDirectories(tree, applied: applied) { try keep(unread, of: tenant, difference) }
        for tenant in difference.tenants { try retireLeaving(tenant, difference) }
        let passwords = try PasswordChanges(
            from: applied.map { try database.filePasswords(applied: $0) } ?? [:], to: tree, draft)
        let maker = PlanMaker(
            difference: difference, passwords: passwords, isKept: database.isRetired, now: now(),
            isOfDirectory: { id in try joined.contains { try $0.accounts.contains(id) } })
        let plan = try plan(maker, reading, generation: current ?? 0, applied: applied, isShown: isShown)
        return Prepared(
            reading: reading, tree: tree, draft: draft, difference: difference, plan: plan, isAnybodyBack: isAnybodyBack,
            otherPasswords: try Self.otherPasswords(passwords, difference), applied: applied, joined: joined,
            isOtherContent: !difference.isEmpty)
    }

    /// Keeps whoever leaves a tenant as retired. Who is leaving may stand among the retired already, where a change was noted but
    /// stopped before it was in force.
    private func retireLeaving(_ id: TenantID, _ difference: GenerationDifference) throws {
        var isAnybody = false
        try difference.of(id) { tenant in
            try difference.draft.fill {
                try tenant.forEachEnding { account, reason in
                    guard reason == .removed else { return }
                    isAnybody = true
                    try difference.draft.put(retired: account, replacing: true)
                }
            }
        }
        if isAnybody { try difference.compare(id) }
    }

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

    /// From the generation in force; by its files, where its folder cannot be read.
    private func difference(of draft: GenerationDraft, from current: Int?, applied: Int64?) throws -> GenerationDifference {
        do {
            return try GenerationDifference(
                of: draft, from: current.map { GenerationReader(folders.generations, number: $0) })
        } catch {
            guard let applied, let tree = try reading(database().files(applied: applied)).tree else { throw error }
            let earlier = try GenerationDraft(host: tree.host, comparedWith: draft)
            _ = try fill(earlier, tree, noting: false)
            try earlier.fill { try database().forEachRetired { try earlier.put(retired: $0.account) } }
            return try GenerationDifference(of: draft, from: earlier)
        }
    }

    private func plan(
        _ maker: PlanMaker, _ reading: ConfigurationReading, generation: Int, applied: Int64?, isShown: Bool
    ) throws -> Plan {
        let before = try applied.map { try database().fileDigests(applied: $0) } ?? [:]
        let lines = try maker.lines(most: isShown ? PlanLines.most : 0)
        var plan = Plan(
            id: "", generation: generation, lines: lines.lines, counts: lines.counts,
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
        if prepared.plan.isEmpty, let current, !always { return Outcome(generation: current) }
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

    /// - Returns: the numbers of the revocations.
    private func record(_ prepared: Prepared, number: Int, reason: String) throws -> ClosedRange<Int64>? {
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
                GenerationEntry(number: number, made: time, reason: reason, changes: "\(prepared.plan.counts)", isCurrent: false),
                applied: kept)
            try followDomains(prepared.tree, database, at: time)
            if prepared.isAnybodyBack {
                try database.forEachRetired { retired in
                    let account = retired.account
                    if try prepared.draft.isLiving(account.id, of: account.tenant) { try database.revive(account.id) }
                }
            }
            return try database.revoking(at: time) { revoke in
                for id in prepared.difference.tenants {
                    try prepared.difference.of(id) { tenant in
                        guard let kept = (tenant.after ?? tenant.before)?.tenant else { return }
                        try tenant.forEachEnding { account, reason in
                            if reason == .removed {
                                try database.retire(account, at: time, purgeAfter: kept.purgeTime(leaving: time))
                            }
                            try revoke(account.id, reason)
                        }
                    }
                }
                for account in prepared.otherPasswords { try revoke(account, .passwordChanged) }
                guard let changed = prepared.changedPasswords else { return }
                try snapshots().forEachChangedPassword(upTo: changed) { account, tenant in
                    if try prepared.draft.isLiving(account, of: tenant) { try revoke(account, .passwordChanged) }
                }
            }
        }
    }
}

extension TenantDifference {
    /// Accounts whose sessions end with this change, as they were: they will not be there or are retired, or they were active and
    /// are suspended, by their own lines, by a command, or with their tenant.
    fileprivate func forEachEnding(_ body: (_ before: DirectoryAccount, _ reason: SessionEnd) throws -> Void) throws {
        try forEachAccount(.known) { before, after in
            guard let before, before.state != .retired else { return }
            guard let after, after.state != .retired else { return try body(before, .removed) }
            if before.state.isActive, case .suspended = after.state { try body(before, .suspended) }
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
