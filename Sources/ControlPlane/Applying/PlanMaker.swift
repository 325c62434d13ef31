internal import Directory
internal import Mail
internal import MailConfiguration

/// Compares what is in force with what the files say.
struct PlanMaker {
    /// One side of the comparison.
    struct Side {
        var content: GenerationContent?
        var passwords: [AccountID: FilePassword]

        func tenant(_ id: TenantID) -> TenantContent? { content?.tenants.first { $0.tenant.id == id } }
    }

    let old: Side
    let new: Side
    /// Retired accounts whose mail is still there.
    let kept: Set<AccountID>
    /// Seconds since 1970.
    let now: Int64
    /// Accounts whose passwords a directory checks.
    var ofDirectories: Set<AccountID> = []

    var lines: [PlanLine] {
        let ids = Set((old.content?.tenants ?? []).map(\.tenant.id)).union((new.content?.tenants ?? []).map(\.tenant.id))
        let areSamePasswords = old.passwords == new.passwords
        let ofTenants = ids.subtracting(areSamePasswords ? sameTenants : []).sorted().flatMap { id in
            TenantComparison(
                id: id, old: old.tenant(id), new: new.tenant(id), oldPasswords: old.passwords, newPasswords: new.passwords,
                kept: kept, now: now, ofDirectories: ofDirectories
            ).lines
        }
        return hostLines + ofTenants
    }

    /// Tenants of which nothing is different.
    private var sameTenants: Set<TenantID> {
        let before = Dictionary((old.content?.tenants ?? []).map { ($0.tenant.id, $0) }) { first, _ in first }
        return Set((new.content?.tenants ?? []).filter { before[$0.tenant.id] == $0 }.map(\.tenant.id))
    }

    // MARK: Host

    private var hostLines: [PlanLine] {
        guard let after = new.content?.host else { return [] }
        guard let before = old.content?.host else {
            return [PlanLine(change: .add, kind: .host, tenant: "", name: after.hostName.ascii, notes: [])]
        }
        let notes = hostNotes(withoutPositions(before), withoutPositions(after))
        return notes.isEmpty
            ? [] : [PlanLine(change: .change, kind: .host, tenant: "", name: after.hostName.ascii, notes: notes)]
    }

    private func withoutPositions(_ host: HostConfiguration) -> HostConfiguration {
        var tree = ConfigurationTree(host: host, tenants: [])
        tree.forgetPositions()
        return tree.host
    }

    private func hostNotes(_ before: HostConfiguration, _ after: HostConfiguration) -> [String] {
        guard before != after else { return [] }
        var notes: [String] = []
        if before.hostName != after.hostName { notes.append("host name was \(before.hostName)") }
        if before.listeners != after.listeners { notes.append("listeners change when the host is restarted") }
        if before.plaintextLogin != after.plaintextLogin {
            notes.append("passwords without TLS: \(after.plaintextLogin.rawValue) (was \(before.plaintextLogin.rawValue))")
        }
        let parts: [(String, Bool)] = [
            ("addresses", before.addresses == after.addresses), ("certificates", before.tls == after.tls),
            ("limits", before.limits == after.limits), ("spool", before.spool == after.spool),
            ("storage", before.storage == after.storage), ("log", before.log == after.log), ("dns", before.dns == after.dns),
            ("ownership proofs", before.allowsUnprovenDomains == after.allowsUnprovenDomains),
            ("folders", before.dataDirectory == after.dataDirectory && before.runDirectory == after.runDirectory),
            ("tenants' limits", before.tenantLimits == after.tenantLimits && before.tenants == after.tenants),
        ]
        let changed = parts.filter { !$0.1 }.map(\.0)
        return changed.isEmpty ? notes : notes + ["other \(changed.joined(separator: ", "))"]
    }

    // MARK: Mail

    var effect: MailEffect {
        let same = sameTenants
        let before = Self.receiving(old.content, besides: same)
        let after = Self.receiving(new.content, besides: same)
        let both = Set(before.keys).intersection(after.keys)
        return MailEffect(
            starting: after.count - both.count, stopping: before.count - both.count,
            moving: both.count { before[$0] != after[$0] })
    }

    /// Each address that takes mail, and who gets it: addresses of alias domains count too, as senders know them.
    private static func receiving(_ content: GenerationContent?, besides same: Set<TenantID>) -> [Address: Route] {
        var receiving: [Address: Route] = [:]
        for tenant in content?.tenants ?? [] where !tenant.tenant.suspended && !same.contains(tenant.tenant.id) {
            let active = Set(tenant.accounts.filter { $0.state.isActive }.map(\.id))
            let twins = Dictionary(grouping: tenant.domains.filter { $0.aliasOf != nil && $0.isActive }) { $0.aliasOf }
            let proven = Set(tenant.domains.filter(\.isActive).map(\.name))
            for entry in tenant.routes {
                if case .account(let id) = entry.route, !active.contains(id) { continue }
                if case .waiting = entry.route { continue }
                if proven.contains(entry.address.domain) { receiving[entry.address] = entry.route }
                for twin in twins[entry.address.domain] ?? [] {
                    guard let address = try? Address(localPart: entry.address.localPart, domain: twin.name) else { continue }
                    receiving[address] = entry.route
                }
            }
        }
        return receiving
    }
}
