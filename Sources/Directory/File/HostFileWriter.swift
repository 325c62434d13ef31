internal import Mail
internal import SQL

/// Writes `host.db`: in full, or as a copy of its predecessor in which the rows of accounts that stay are left alone.
struct HostFileWriter {
    private let difference: GenerationDifference
    private let number: Int
    private let digests: [TenantID: String]

    private var outline: GenerationOutline { difference.draft.outline }

    init(_ difference: GenerationDifference, number: Int, digests: [TenantID: String]) {
        self.difference = difference
        self.number = number
        self.digests = digests
    }

    /// - Parameter previous: the earlier generation's file; nil where there is none.
    func write(to path: String, since previous: String?) throws {
        guard let previous else {
            return try GenerationDatabase.make(path, GenerationSchema.host) { database in
                try writeSettings(database)
                try difference.draft.database.forEach("SELECT id, tenant FROM wanted_account ORDER BY id") { row in
                    try put(.octets(row.buffer(0)), row.text(1), database)
                }
            }
        }
        try GenerationDatabase.copy(previous, to: path) { database in
            for table in ["generation", "tenant", "domain"] { try database.run("DELETE FROM \(table)") }
            try writeSettings(database)
            try changeAccounts(database)
        }
    }

    private func writeSettings(_ database: Connection) throws {
        try database.run(
            "INSERT INTO generation (version, number, host) VALUES ($1, $2, $3)", .integer(Int64(GenerationSchema.version)),
            .integer(Int64(number)), .text(RecordCoding.text(outline.host)))
        for tenant in outline.tenants {
            let id = tenant.tenant.id
            try database.run(
                "INSERT INTO tenant (id, digest, record) VALUES ($1, $2, $3)", .text(id.text), .text(digests[id] ?? ""),
                .text(RecordCoding.text(tenant.tenant)))
            for domain in tenant.domains {
                try database.run(
                    "INSERT INTO domain (name, tenant, record) VALUES ($1, $2, $3)", .text(domain.name.ascii), .text(id.text),
                    .text(RecordCoding.text(domain)))
            }
        }
    }

    /// First all that go: another tenant may have the id by now.
    private func changeAccounts(_ database: Connection) throws {
        for tenant in difference.tenants where difference.changes(of: tenant) > 0 {
            try forEachAccount(of: tenant, isThere: false) { id in
                try database.run("DELETE FROM account WHERE id = $1 AND tenant = $2", id, .text(tenant.text))
            }
        }
        for tenant in difference.tenants where difference.changes(of: tenant) > 0 {
            try forEachAccount(of: tenant, isThere: true) { id in try put(id, tenant.text, database) }
        }
    }

    private func put(_ account: SQLValue, _ tenant: String, _ database: Connection) throws {
        try database.run(
            "INSERT INTO account (id, tenant) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET tenant = excluded.tenant", account,
            .text(tenant))
    }

    /// Accounts that differ, and will be there or not.
    private func forEachAccount(of tenant: TenantID, isThere: Bool, _ body: (SQLValue) throws -> Void) throws {
        let condition = isThere ? "EXISTS" : "NOT EXISTS"
        try difference.draft.database.forEach(
            """
            SELECT c.id FROM changed_account c WHERE c.tenant = $1
            AND \(condition) (SELECT 1 FROM wanted_account w WHERE w.tenant = $1 AND w.id = c.id)
            """, .text(tenant.text)
        ) { try body(.octets($0.buffer(0))) }
    }
}
