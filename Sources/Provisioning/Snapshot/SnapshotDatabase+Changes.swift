internal import Directory
package import Mail
package import MailConfiguration
internal import SQL

/// Single changes, as a server tells them.
extension SnapshotDatabase {
    package enum Change: Sendable {
        case put(EntryMapping.Mapped, DirectoryNames.Kind, uuid: String)
        /// No longer there, or such that nothing can be made of it: then the finding says why.
        case gone(DirectoryNames.Kind, uuid: String, finding: DirectoryFinding? = nil)
    }

    /// What changes did.
    struct Applied {
        /// Whether anything is different for a generation.
        var changed = false
        /// How many passwords changed: where nothing else of somebody has, only what remembered passwords are bound to is, which is
        /// written with it.
        var passwords = 0
        /// How many findings more there are, or fewer.
        var findings = 0
    }

    /// How many accounts, and how many groups and aliases, these changes remove.
    package func removals(_ changes: [Change], _ tenant: TenantID, _ directory: String) throws -> (accounts: Int, others: Int) {
        var counts = (accounts: 0, others: 0)
        for case .gone(let kind, let uuid, _) in changes where !uuid.isEmpty {
            let isThere = try connection.first(
                """
                SELECT 1 FROM object WHERE tenant = $1 AND directory = $2 AND kind = $3 AND uuid = $4 AND missing_since = 0 LIMIT 1
                """, .text(tenant.text), .text(directory), .text(kind.rawValue), .text(uuid)
            ) { _ in true }
            guard isThere == true else { continue }
            if kind == .user || kind == .shared { counts.accounts += 1 } else { counts.others += 1 }
        }
        return counts
    }

    /// Whether an entry that is known, and may have an account's address, has others than before or is there again.
    func movesAddresses(_ changes: [Change], _ tenant: TenantID, _ directory: String) throws -> Bool {
        for case .put(let mapped, let kind, _) in changes where kind != .alias {
            let isOther = try connection.first(
                """
                SELECT record, missing_since FROM object WHERE tenant = $1 AND directory = $2 AND kind = $3 AND stable = $4
                """, .text(tenant.text), .text(directory), .text(kind.rawValue), .text(mapped.stableID)
            ) { try $0.integer(1) > 0 || DirectoryObject.addresses(in: $0.octets(0)) != mapped.object.addresses }
            if isOther == true { return true }
        }
        return false
    }

    /// - Parameter cookies: how far the directory has been listened to with these.
    func apply(
        _ changes: [Change], _ tenant: TenantID, _ directory: String, cookies: SyncCookies? = nil, at now: Int64
    ) throws -> Applied {
        try connection.transaction {
            var applied = Applied()
            for change in changes {
                switch change {
                case .put(let mapped, let kind, let uuid):
                    try put(mapped, uuid, kind, tenant, directory, at: now, &applied)
                case .gone(let kind, let uuid, let finding):
                    applied.findings -= try forgetFindings(tenant, directory, kind, uuid: uuid)
                    if let finding {
                        try note(EntryFinding(finding: finding, kind: kind, uuid: uuid), tenant, directory, &applied)
                    }
                    if try remove(uuid, kind, tenant, directory, at: now) { applied.changed = true }
                }
            }
            var state = try state(tenant, directory)
            state.lastSync = now
            state.failingSince = nil
            state.failure = nil
            state.findings = max(0, state.findings + applied.findings)
            try state.count(self, changed: applied.changed)
            try keep(state)
            if let cookies { try keep(cookies, tenant, directory) }
            return applied
        }
    }

    /// Puts an entry in the place of what was known of it; one whose id another one has is not used.
    private func put(
        _ mapped: EntryMapping.Mapped, _ uuid: String, _ kind: DirectoryNames.Kind, _ tenant: TenantID, _ directory: String,
        at now: Int64, _ applied: inout Applied
    ) throws {
        guard try !isOfAnother(uuid, kind, tenant, directory, mapped.stableID) else {
            applied.findings -= try forgetFindings(tenant, directory, kind, uuid: uuid)
            let finding = EntryFinding(finding: .duplicateID(mapped), kind: kind, uuid: uuid)
            return try note(finding, tenant, directory, &applied)
        }
        var before = kind == .user ? try present(tenant, directory, mapped.stableID) : nil
        let isOther = try put(mapped, uuid, kind, tenant, directory, at: now)
        applied.findings -= try forgetFindings(tenant, directory, kind, uuid: uuid)
        for finding in mapped.object.findings {
            let found = EntryFinding(finding: finding, kind: kind, stableID: mapped.stableID, uuid: uuid)
            try note(found, tenant, directory, &applied)
        }
        let mark = mapped.object.passwordMark
        if let old = before?.passwordMark, old != mark {
            applied.passwords += 1
            try noteChangedPassword(mapped.stableID, tenant, directory)
            try keepMark(mark ?? "", of: mapped.stableID, tenant, directory)
            before?.passwordMark = mark
        }
        if isOther, before != mapped.object { applied.changed = true }
    }

    private func note(
        _ finding: EntryFinding, _ tenant: TenantID, _ directory: String, _ applied: inout Applied
    ) throws {
        try note(finding, tenant, directory)
        applied.findings += 1
    }

    /// Whether an id is that of another entry, which is still there.
    private func isOfAnother(
        _ uuid: String, _ kind: DirectoryNames.Kind, _ tenant: TenantID, _ directory: String, _ stableID: String
    ) throws -> Bool {
        guard !uuid.isEmpty else { return false }
        return try connection.first(
            """
            SELECT 1 FROM object WHERE tenant = $1 AND directory = $2 AND kind = $3 AND stable = $4 AND missing_since = 0
            AND uuid <> '' AND uuid <> $5
            """, .text(tenant.text), .text(directory), .text(kind.rawValue), .text(stableID), .text(uuid)
        ) { _ in true } ?? false
    }

    /// A user whose entry is there.
    private func present(_ tenant: TenantID, _ directory: String, _ stableID: String) throws -> DirectoryObject? {
        try connection.first(
            """
            SELECT record FROM object WHERE tenant = $1 AND directory = $2 AND kind = $3 AND stable = $4 AND missing_since = 0
            """, .text(tenant.text), .text(directory), .text(DirectoryNames.Kind.user.rawValue), .text(stableID)
        ) { try RecordCoding.read(DirectoryObject.self, $0.octets(0)) }
    }

    private func keepMark(_ mark: String, of stableID: String, _ tenant: TenantID, _ directory: String) throws {
        try connection.run(
            "UPDATE account SET mark = $4 WHERE tenant = $1 AND directory = $2 AND stable = $3", .text(tenant.text),
            .text(directory), .text(stableID), .text(mark))
    }

    private func put(
        _ mapped: EntryMapping.Mapped, _ uuid: String, _ kind: DirectoryNames.Kind, _ tenant: TenantID, _ directory: String,
        at now: Int64
    ) throws -> Bool {
        let place: [SQLValue] = [.text(tenant.text), .text(directory), .text(kind.rawValue), .text(mapped.stableID)]
        try connection.run(
            "UPDATE object SET uuid = $5 WHERE tenant = $1 AND directory = $2 AND kind = $3 AND stable = $4",
            values: place + [.text(uuid)])
        return try connection.run(
            """
            INSERT INTO object (tenant, directory, kind, stable, record, uuid, first_seen, missing_since)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 0)
            ON CONFLICT (tenant, directory, kind, stable) DO UPDATE SET record = excluded.record, missing_since = 0
            WHERE object.record <> excluded.record OR object.missing_since > 0
            """, values: place + [.utf8(RecordCoding.buffer(mapped.object)), .text(uuid), .integer(now)]) > 0
    }

    private func remove(
        _ uuid: String, _ kind: DirectoryNames.Kind, _ tenant: TenantID, _ directory: String, at now: Int64
    ) throws -> Bool {
        guard !uuid.isEmpty else { return false }
        let place: [SQLValue] = [.text(tenant.text), .text(directory), .text(kind.rawValue), .text(uuid)]
        let here = "WHERE tenant = $1 AND directory = $2 AND kind = $3 AND uuid = $4"
        return try connection.run(
            "UPDATE object SET missing_since = $5 \(here) AND missing_since = 0", values: place + [.integer(now)]) > 0
    }

    /// Forgets accounts that are missing since before `moment`: they are retired by now, and come back as they were from there.
    package func forgetMissing(of tenant: TenantID, before moment: Int64) throws -> Int {
        try connection.run(
            "DELETE FROM object WHERE tenant = $1 AND missing_since > 0 AND missing_since < $2", .text(tenant.text),
            .integer(moment))
    }
}
