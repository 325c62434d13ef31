package import DNS
internal import FoundationEssentials
package import Mail
package import SQL

/// What `control.db` remembers of domains. Used by one thread at a time; times are seconds since 1970.
package struct DomainTable {
    private let connection: Connection

    /// Lines of one domain's history that are kept.
    package static let keptEvents = 1_000

    package init(_ connection: Connection) { self.connection = connection }

    /// One domain in one tenant's hands.
    package struct Row: Sendable {
        package var name: DomainName
        package var tenant: TenantID
        package var declared: Int64
        package var proven: Int64?
        package var retired: Int64?
        package var purgeAfter: Int64?
        package var looked: Int64?
        package var findings: [Finding]
        /// Of earlier looks: what the last one could not judge (`[Finding].remembered`).
        package var remembered: [Finding]
        package var publishing: [String]
        /// Since when `ProofLapse.isLost`; nil while it is not, and where nothing was proven.
        package var lost: Int64?
    }

    // MARK: Ownership

    /// The secret that tokens are made with; made at the first question.
    package func secret(making make: () -> [UInt8]) throws -> [UInt8] {
        if let secret = try connection.first("SELECT secret FROM domain_secret", read: { $0.octets(0) }) { return secret }
        let secret = make()
        try connection.run("INSERT INTO domain_secret (secret) VALUES ($1)", .octets(secret))
        return secret
    }

    package func rows() throws -> [Row] { try rows("") }

    private func rows(_ condition: String, _ values: [SQLValue] = []) throws -> [Row] {
        try connection.all(
            """
            SELECT name, tenant, declared_at, proven_at, retired_at, purge_after, looked_at, findings, publishing, lost_at,
                remembered
            FROM domain
            \(condition) ORDER BY name, tenant
            """, values: values
        ) { row in
            Row(
                name: try DomainName(row.text(0)), tenant: try TenantID(row.text(1)), declared: row.integer(2),
                proven: row.optionalInteger(3), retired: row.optionalInteger(4), purgeAfter: row.optionalInteger(5),
                looked: row.optionalInteger(6), findings: Self.read([Finding].self, row.optionalText(7)) ?? [],
                remembered: Self.read([Finding].self, row.optionalText(10)) ?? [],
                publishing: Self.read([String].self, row.optionalText(8)) ?? [], lost: row.optionalInteger(9))
        }
    }

    package func row(_ name: DomainName, _ tenant: TenantID) throws -> Row? {
        try rows("WHERE name = $1 AND tenant = $2", [.text(name.ascii), .text(tenant.text)]).first
    }

    /// Notes what the files name: new domains are declared, ones that come back go on as they were, ones that left retire.
    ///
    /// - Parameter purgeAfter: when a domain of a tenant that leaves now is forgotten.
    package func follow(
        _ named: [(name: DomainName, tenant: TenantID)], at now: Int64, purgeAfter: (TenantID) -> Int64
    ) throws {
        let rows = try rows()
        for (name, tenant) in named {
            try connection.run(
                """
                INSERT INTO domain (name, tenant, declared_at) VALUES ($1, $2, $3)
                ON CONFLICT (name, tenant) DO UPDATE SET retired_at = NULL, purge_after = NULL
                """, .text(name.ascii), .text(tenant.text), .integer(now))
        }
        for row in rows where row.retired == nil && !named.contains(where: { $0.name == row.name && $0.tenant == row.tenant }) {
            try connection.run(
                "UPDATE domain SET retired_at = $3, purge_after = $4 WHERE name = $1 AND tenant = $2", .text(row.name.ascii),
                .text(row.tenant.text), .integer(now), .integer(purgeAfter(row.tenant)))
        }
    }

    /// Notes a proof. A tenant that had the name before, and has not any more, begins anew with it.
    ///
    /// - Returns: false, with nothing changed, where it is proven already, or another tenant holds the name: until that one's
    ///   files do not name it any more, nobody else can have it.
    @discardableResult
    package func prove(_ name: DomainName, _ tenant: TenantID, at now: Int64) throws -> Bool {
        let isHeld = try connection.first(
            "SELECT 1 FROM domain WHERE name = $1 AND tenant <> $2 AND proven_at IS NOT NULL AND retired_at IS NULL",
            .text(name.ascii), .text(tenant.text)
        ) { _ in true }
        guard isHeld == nil else { return false }
        try connection.run(
            "UPDATE domain SET proven_at = NULL, lost_at = NULL WHERE name = $1 AND tenant <> $2", .text(name.ascii),
            .text(tenant.text))
        return try connection.run(
            "UPDATE domain SET proven_at = $3 WHERE name = $1 AND tenant = $2 AND proven_at IS NULL", .text(name.ascii),
            .text(tenant.text), .integer(now)) > 0
    }

    /// Notes whether a look has shown that a proven domain is lost.
    ///
    /// - Returns: whether its proof has lapsed with this; the tenant has to prove the domain anew then.
    package func note(isLost: Bool, of name: DomainName, _ tenant: TenantID, at now: Int64) throws -> Bool {
        guard let row = try row(name, tenant), row.proven != nil else { return false }
        let since = isLost ? row.lost ?? now : nil
        let hasLapsed = since.map { now - $0 >= ProofLapse.time } ?? false
        guard since != row.lost || hasLapsed else { return false }
        try connection.run(
            "UPDATE domain SET lost_at = $3, proven_at = $4 WHERE name = $1 AND tenant = $2", .text(name.ascii),
            .text(tenant.text), since.flatMap { hasLapsed ? nil : $0 }.map { .integer($0) } ?? .null,
            hasLapsed ? .null : row.proven.map { .integer($0) } ?? .null)
        return hasLapsed
    }

    /// Forgets a domain with all that belongs to it, but its keys' files.
    package func forget(_ name: DomainName, _ tenant: TenantID) throws {
        for (table, column) in [
            ("domain", "name"), ("domain_key", "domain"), ("domain_record", "domain"), ("domain_event", "domain"),
        ] {
            try connection.run(
                "DELETE FROM \(table) WHERE \(column) = $1 AND tenant = $2", .text(name.ascii), .text(tenant.text))
        }
    }

    // MARK: Keys

    package func keys(of name: DomainName, _ tenant: TenantID) throws -> [DomainKey] {
        try connection.all(
            "SELECT record FROM domain_key WHERE domain = $1 AND tenant = $2 ORDER BY selector", .text(name.ascii),
            .text(tenant.text)
        ) { Self.read(DomainKey.self, $0.text(0)) }.compactMap(\.self)
    }

    package func keep(_ key: DomainKey, of name: DomainName, _ tenant: TenantID) throws {
        try connection.run(
            """
            INSERT INTO domain_key (domain, tenant, selector, record) VALUES ($1, $2, $3, $4)
            ON CONFLICT (domain, tenant, selector) DO UPDATE SET record = excluded.record
            """, .text(name.ascii), .text(tenant.text), .text(key.selector), .text(try Self.text(key)))
    }

    package func forgetKey(_ selector: String, of name: DomainName, _ tenant: TenantID) throws {
        try connection.run(
            "DELETE FROM domain_key WHERE domain = $1 AND tenant = $2 AND selector = $3", .text(name.ascii), .text(tenant.text),
            .text(selector))
    }

    // MARK: Published records

    /// What this host has published, and not taken away.
    package func records(of name: DomainName, _ tenant: TenantID) throws -> [ZoneUpdate.Record] {
        try connection.all(
            "SELECT name, type, data, ttl FROM domain_record WHERE domain = $1 AND tenant = $2", .text(name.ascii),
            .text(tenant.text)
        ) { row -> ZoneUpdate.Record? in
            guard let name = DNSName(row.text(0)) else { return nil }
            return ZoneUpdate.Record(name: name, timeToLive: Int(row.integer(3)), type: row.text(1), data: row.text(2))
        }.compactMap(\.self)
    }

    package func note(_ change: PublishingChange, of name: DomainName, _ tenant: TenantID) throws {
        for record in change.deletions {
            try connection.run(
                "DELETE FROM domain_record WHERE domain = $1 AND tenant = $2 AND name = $3 AND type = $4 AND data = $5",
                .text(name.ascii), .text(tenant.text), .text(record.name.text), .text(record.type), .text(record.data))
        }
        for record in change.additions {
            try connection.run(
                """
                INSERT INTO domain_record (domain, tenant, name, type, data, ttl) VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (domain, tenant, name, type, data) DO UPDATE SET ttl = excluded.ttl
                """, .text(name.ascii), .text(tenant.text), .text(record.name.text), .text(record.type), .text(record.data),
                .number(record.timeToLive))
        }
    }

    package func note(publishing problems: [String], of name: DomainName, _ tenant: TenantID) throws {
        try connection.run(
            "UPDATE domain SET publishing = $3 WHERE name = $1 AND tenant = $2", .text(name.ascii), .text(tenant.text),
            .text(try Self.text(problems)))
    }

    // MARK: Watching

    /// Notes what a look found, and what is different from the one before.
    ///
    /// - Returns: what is different; nothing at the first look.
    package func note(_ findings: [Finding], of name: DomainName, _ tenant: TenantID, at now: Int64) throws -> [DomainChange] {
        guard let before = try row(name, tenant) else { return [] }
        let known = before.findings + before.remembered
        try connection.run(
            "UPDATE domain SET looked_at = $3, findings = $4, remembered = $5 WHERE name = $1 AND tenant = $2",
            .text(name.ascii), .text(tenant.text), .integer(now), .text(try Self.text(findings)),
            .text(try Self.text(findings.remembered(of: known))))
        guard before.looked != nil else { return [] }
        let changes = DomainChange.between(known, findings)
        for change in changes {
            try connection.run(
                "INSERT INTO domain_event (domain, tenant, at, record) VALUES ($1, $2, $3, $4)", .text(name.ascii),
                .text(tenant.text), .integer(now), .text(try Self.text(change)))
        }
        if !changes.isEmpty { try forgetOldEvents(name, tenant) }
        return changes
    }

    private func forgetOldEvents(_ name: DomainName, _ tenant: TenantID) throws {
        try connection.run(
            """
            DELETE FROM domain_event WHERE domain = $1 AND tenant = $2 AND number <= (
                SELECT number FROM domain_event WHERE domain = $1 AND tenant = $2 ORDER BY number DESC LIMIT 1 OFFSET $3)
            """, .text(name.ascii), .text(tenant.text), .number(Self.keptEvents))
    }

    /// The newest first.
    package func events(of name: DomainName, _ tenant: TenantID, limit: Int) throws -> [DomainEvent] {
        try connection.all(
            "SELECT at, record FROM domain_event WHERE domain = $1 AND tenant = $2 ORDER BY number DESC LIMIT $3",
            .text(name.ascii), .text(tenant.text), .number(limit)
        ) { row in
            let at = row.integer(0)
            return Self.read(DomainChange.self, row.text(1)).map { DomainEvent(at: at, change: $0) }
        }.compactMap(\.self)
    }

    // MARK: Values as texts

    private static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Nil for what another version of the program has written and this one cannot read: it is found out anew.
    private static func read<Value: Decodable>(_ type: Value.Type, _ text: String?) -> Value? {
        text.flatMap { try? JSONDecoder().decode(type, from: Data($0.utf8)) }
    }
}
