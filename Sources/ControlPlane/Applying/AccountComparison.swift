internal import Directory
internal import Mail

extension TenantComparison {
    func forEachAccountLine(_ body: (PlanLine) -> Void) throws {
        let members = try SharedMembers(tenant)
        try tenant.forEachAccount { before, after in
            if let line = try line(from: before, to: after, members) { body(line) }
        }
        // Who is as before may have another password, or other members.
        func look(_ id: AccountID) throws {
            guard try !tenant.isChanged(id) else { return }
            let (before, after) = try tenant.account(id)
            if let line = try line(from: before, to: after, members) { body(line) }
        }
        try members.forEachMailbox(look)
        try passwords.byTenant[tenant.id]?.forEach(look)
    }

    /// Whoever is retired is not there.
    private func line(from old: DirectoryAccount?, to new: DirectoryAccount?, _ members: SharedMembers) throws -> PlanLine? {
        let before = old?.state == .retired ? nil : old
        guard let new, new.state != .retired else { return before.map(retired) }
        guard let before else { return try added(new, members) }
        let notes = try changes(from: before, to: new) + members.changes(of: new)
        return notes.isEmpty ? nil : line(.change, kind(new), new.address.description, notes)
    }

    private func kind(_ account: DirectoryAccount) -> PlanLine.Kind { account.kind == .user ? .user : .shared }

    private func retired(_ account: DirectoryAccount) -> PlanLine {
        let login = account.kind == .user ? ["login off now"] : []
        var line = line(
            .retire, kind(account), account.address.description, login + ["mail to it answers 550 now"])
        line.deletion = PlannedDeletion(account: account.id, after: purgeTime)
        return line
    }

    private func added(_ account: DirectoryAccount, _ members: SharedMembers) throws -> PlanLine {
        var notes: [String] = []
        if try isKept(account.id) { notes.append("comes back with its mail") }
        if account.state == .suspended(by: .account) { notes.append("suspended") }
        if account.kind == .user, !passwords.isSet(account.id), try !isOfDirectory(account.id) {
            notes.append("no login before 'user password'")
        }
        return try line(.add, kind(account), account.address.description, notes + members.changes(of: account))
    }

    private func changes(from before: DirectoryAccount, to after: DirectoryAccount) -> [String] {
        var notes: [String] = []
        if before.address != after.address { notes.append("was \(before.address)") }
        if before.state != after.state { notes.append(state(after.state, before.state)) }
        if passwords.change(after.id) { notes.append("other password: its sessions end") }
        if before.displayName != after.displayName { notes.append("named \(after.displayName)") }
        notes += Self.difference(before.aliases, after.aliases).map { "alias \($0)" }
        if before.quota != after.quota {
            notes.append("quota \(after.quota.map(\.description) ?? "none") (was \(before.quota.map(\.description) ?? "none"))")
        }
        if before.language != after.language { notes.append("language \(after.language)") }
        notes += limits(before.limits, after.limits)
        let borrowed = Set(before.shared.map(\.account)).union(after.shared.map(\.account))
        notes += Self.difference(senders(before, besides: borrowed), senders(after, besides: borrowed)).map { "sender \($0)" }
        return notes
    }

    private func state(_ state: AccountState, _ before: AccountState) -> String {
        switch state {
        case .suspended(by: .tenant): "suspended with its tenant"
        case .suspended(by: .account): "suspended: login off, mail to it answers 450"
        case .active, .retired: "no longer suspended"
        }
    }

    private func limits(_ before: AccountLimits, _ after: AccountLimits) -> [String] {
        var notes: [String] = []
        if before.maxMessageSize != after.maxMessageSize { notes.append("messages up to \(after.maxMessageSize)") }
        if before.maxRecipients != after.maxRecipients { notes.append("up to \(after.maxRecipients) recipients") }
        if before.messagesPerDay != after.messagesPerDay { notes.append("up to \(after.messagesPerDay) messages a day") }
        return notes
    }

    /// Those that neither follow from its own addresses nor from shared mailboxes.
    private func senders(_ account: DirectoryAccount, besides shared: Set<AccountID>) -> [Address] {
        let own = Set([account.address] + account.aliases)
        return account.senders.filter { !own.contains($0.address) && !shared.contains($0.account) }.map(\.address)
    }
}
