internal import Directory
internal import Mail
internal import MailConfiguration

/// Compares what is in force with what the files say.
struct PlanMaker {
    let difference: GenerationDifference
    let passwords: PasswordChanges
    /// Whether a retired account's mail is still there.
    let isKept: (AccountID) throws -> Bool
    /// Seconds since 1970.
    let now: Int64
    /// Whether a directory checks the account's password.
    var isOfDirectory: (AccountID) throws -> Bool = { _ in false }

    /// - Parameter most: 0 only counts them.
    func lines(most: Int = PlanLines.most) throws -> PlanLines {
        var lines = PlanLines(most: most)
        for line in hostLines { lines.add(line) }
        try forEachTenant { try $0.forEachLine { lines.add($0) } }
        return lines
    }

    private func forEachTenant(_ body: (TenantComparison) throws -> Void) throws {
        for id in difference.tenants where !difference.isSame(id) || passwords.byTenant[id] != nil {
            try difference.of(id) { tenant in
                try body(
                    TenantComparison(
                        tenant: tenant, passwords: passwords, isKept: isKept, now: now, isOfDirectory: isOfDirectory))
            }
        }
    }

    // MARK: Host

    private var hostLines: [PlanLine] {
        let after = difference.draft.outline.host
        guard let before = difference.earlier?.host else {
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

    func effect() throws -> MailEffect {
        var comparison = try ReceivingComparison(difference)
        for id in difference.tenants where !difference.isSame(id) { try difference.of(id) { try comparison.add($0) } }
        return try comparison.effect()
    }
}
