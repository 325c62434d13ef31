internal import Directory
internal import Mail
internal import MailConfiguration

/// What changes for one tenant.
struct TenantComparison {
    let tenant: TenantDifference
    let passwords: PasswordChanges
    /// Whether a retired account's mail is still there.
    let isKept: (AccountID) throws -> Bool
    let now: Int64
    let isOfDirectory: (AccountID) throws -> Bool

    private var old: TenantOutline? { tenant.before }
    private var new: TenantOutline? { tenant.after }

    /// In no order, and none of them held.
    func forEachLine(_ body: (PlanLine) -> Void) throws {
        for line in try tenantLines() { body(line) }
        for line in domainLines { body(line) }
        try forEachAccountLine(body)
        try forEachGroupLine(body)
        try forEachAliasLine(body)
    }

    func line(_ change: PlanLine.Change, _ kind: PlanLine.Kind, _ name: String, _ notes: [String] = []) -> PlanLine {
        let more = notes.count - PlanLines.mostNotes
        let shown = more > 0 ? notes.prefix(PlanLines.mostNotes) + ["and \(more) more"] : notes
        return PlanLine(change: change, kind: kind, tenant: tenant.id.text, name: name, notes: shown)
    }

    // MARK: Tenant

    private func tenantLines() throws -> [PlanLine] {
        let id = tenant.id
        guard let after = new?.tenant else {
            return [
                line(
                    .retire, .tenant, id.text, ["its domains take no mail now; mail is deleted on \(CalendarDay.text(purgeTime))"]
                )
            ]
        }
        guard let before = old?.tenant else { return [line(.add, .tenant, id.text, [after.name])] }
        var notes: [String] = []
        if before.name != after.name { notes.append("named \(after.name) (was \(before.name))") }
        if before.suspended != after.suspended {
            notes.append(after.suspended ? "suspended: no logins, mail answers 450" : "no longer suspended")
        }
        notes += features(before.features, after.features)
        if before.language != after.language { notes.append("language \(after.language)") }
        if before.gracePeriod != after.gracePeriod {
            notes.append("retired mail kept for \(after.gracePeriod.components.seconds / 86_400) days")
        }
        notes += try Self.difference(before.admins.map(name), after.admins.map(name)).map { "admin \($0)" }
        return notes.isEmpty ? [] : [line(.change, .tenant, id.text, notes)]
    }

    private func features(_ before: TenantFeatures, _ after: TenantFeatures) -> [String] {
        let names: [(TenantFeatures, String)] = [
            (.imap, "IMAP"), (.pop3, "POP3"), (.submission, "submission"), (.web, "web"), (.activeSync, "ActiveSync"),
            (.sharedMailboxes, "shared mailboxes"), (.externalForwarding, "forwarding to other hosts"),
        ]
        return names.compactMap { feature, name in
            switch (before.contains(feature), after.contains(feature)) {
            case (false, true): "+\(name)"
            case (true, false): "-\(name)"
            default: nil
            }
        }
    }

    /// When the mail of accounts that leave now is deleted.
    var purgeTime: Int64 { (new ?? old)?.tenant.purgeTime(leaving: now) ?? now }

    // MARK: Domains

    private var domainLines: [PlanLine] {
        Self.pairs(old?.domains ?? [], new?.domains ?? [], by: \.name, besides: ==).compactMap { before, after in
            guard let after else {
                return before.map { line(.retire, .domain, $0.name.ascii, ["takes no mail now"]) }
            }
            let name = after.name.ascii + (after.aliasOf.map { " (alias of \($0))" } ?? "")
            guard let before else { return line(.add, .domain, name, [after.isActive ? "takes mail now" : Self.inactive(after)]) }
            return line(.change, .domain, name, domainNotes(before, after))
        }
    }

    private func domainNotes(_ before: HostedDomain, _ after: HostedDomain) -> [String] {
        var notes: [String] = []
        if before.isActive != after.isActive { notes.append(after.isActive ? "takes mail now" : Self.inactive(after)) }
        if before.signers != after.signers { notes.append(Self.signing(after)) }
        if before.aliasOf != after.aliasOf, after.aliasOf == nil { notes.append("no longer an alias") }
        if before.catchAll != after.catchAll {
            notes.append(after.catchAll.map { "unknown addresses go to \($0)" } ?? "unknown addresses answer 550")
        }
        if before.detailSeparator != after.detailSeparator {
            notes.append(after.detailSeparator == nil ? "no plus addressing" : "plus addressing")
        }
        if let old = before.configuration, let new = after.configuration {
            let parts: [(String, Bool)] = [
                ("ownership", old.ownership == new.ownership), ("DKIM", old.dkim == new.dkim), ("SPF", old.spf == new.spf),
                ("DMARC", old.dmarc == new.dmarc), ("MTA-STS", old.mtaSTS == new.mtaSTS),
                ("publishing", old.dns == new.dns),
            ]
            let changed = parts.filter { !$0.1 }.map(\.0)
            if !changed.isEmpty { notes.append("other \(changed.joined(separator: ", "))") }
        }
        return notes
    }

    private static func inactive(_ domain: HostedDomain) -> String {
        switch domain.configuration?.ownership.proof ?? .dns {
        case .dns: "inactive until the ownership TXT is seen"
        case .web: "inactive until the ownership file is seen"
        }
    }

    private static func signing(_ domain: HostedDomain) -> String {
        let selectors = domain.signers.map(\.selector).sorted()
        return selectors.isEmpty ? "mail is not signed" : "mail is signed with \(selectors.joined(separator: ", "))"
    }

    // MARK: Aliases

    private func forEachAliasLine(_ body: (PlanLine) -> Void) throws {
        try tenant.forEachRoute { address, before, after in
            switch (before?.targets, after?.targets) {
            case (nil, nil): break
            case (_?, nil): body(line(.retire, .alias, address.description, [try ending(address)]))
            case (nil, let targets?):
                let named = targets.map(\.description).joined(separator: ", ")
                body(line(.add, .alias, address.description, ["to \(named)"]))
            case (let before?, let after?):
                let notes = Self.difference(before, after)
                if !notes.isEmpty { body(line(.change, .alias, address.description, notes)) }
            }
        }
    }

    /// What senders hear of a group or an alias that goes.
    func ending(_ address: Address) throws -> String {
        let isWaiting = try tenant.route(of: address).after == .waiting
        return isWaiting ? "mail to it answers 450 for a while, then 550" : "mail to it answers 550 now"
    }

    // MARK: Comparing

    /// Old and new with the same key side by side, in the order of the keys, without those that are the same.
    static func pairs<Element, Key: Hashable & Comparable>(
        _ old: [Element], _ new: [Element], by key: (Element) -> Key, besides areSame: (Element, Element) -> Bool
    ) -> [(Element?, Element?)] {
        let before = Dictionary(old.indices.map { (key(old[$0]), $0) }) { first, _ in first }
        let after = Dictionary(new.indices.map { (key(new[$0]), $0) }) { first, _ in first }
        let other = after.filter { key, place in before[key].map { !areSame(old[$0], new[place]) } ?? true }.map(\.key)
        let gone = before.keys.filter { after[$0] == nil }
        return (other + gone).sorted().map { key in (before[key].map { old[$0] }, after[key].map { new[$0] }) }
    }

    /// `+new`, then `-gone`.
    static func difference<Element: Hashable & CustomStringConvertible>(_ old: [Element], _ new: [Element]) -> [String] {
        let (before, after) = (Set(old), Set(new))
        return new.filter { !before.contains($0) }.map { "+\($0)" } + old.filter { !after.contains($0) }.map { "-\($0)" }
    }

    static func counted(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }

    /// An account's local part, which is how people of a tenant call each other.
    func name(_ id: AccountID) throws -> String {
        let account = try tenant.account(id)
        return (account.after ?? account.before)?.address.localPart ?? id.hex
    }
}

extension Route {
    fileprivate var targets: [Address]? { if case .alias(let targets) = self { targets } else { nil } }
}

extension Tenant {
    /// When the mail of an account is deleted that leaves at a moment, both in seconds since 1970.
    func purgeTime(leaving now: Int64) -> Int64 { now + gracePeriod.components.seconds }
}
