internal import Mail
internal import SQL

/// Writes `host.db`: in full, or as a copy of its predecessor in which the rows of accounts that stay are left alone.
struct HostFileWriter {
    private let content: GenerationContent
    private let number: Int
    private let digests: [TenantID: String]

    init(_ content: GenerationContent, number: Int, digests: [TenantID: String]) {
        self.content = content
        self.number = number
        self.digests = digests
    }

    /// - Parameters:
    ///   - difference: of the generation whose file is at `previous`; nil where there is none.
    func write(to path: String, since difference: GenerationDifference?, in previous: String?) throws {
        guard let difference, let previous else {
            return try GenerationDatabase.make(path, GenerationSchema.host) { database in
                try writeSettings(database)
                for tenant in content.tenants { try add(tenant.accounts.map(\.id), of: tenant.tenant.id, database) }
            }
        }
        try GenerationDatabase.copy(previous, to: path) { database in
            for table in ["generation", "tenant", "domain"] { try database.run("DELETE FROM \(table)") }
            try writeSettings(database)
            try changeAccounts(database, difference)
        }
    }

    private func writeSettings(_ database: Connection) throws {
        try database.run(
            "INSERT INTO generation (version, number, host) VALUES ($1, $2, $3)", .integer(Int64(GenerationSchema.version)),
            .integer(Int64(number)), .text(RecordCoding.text(content.host)))
        for tenant in content.tenants {
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

    private func changeAccounts(_ database: Connection, _ difference: GenerationDifference) throws {
        let present = Set(content.tenants.map(\.tenant.id))
        for id in difference.tenants.keys where !present.contains(id) {
            try database.run("DELETE FROM account WHERE tenant = $1", .text(id.text))
        }
        for tenant in content.tenants {
            let id = tenant.tenant.id
            let ofTenant = difference.tenants[id]
            for account in ofTenant?.goneAccounts ?? [] {
                // Of this tenant alone: another's may have the id by now.
                try database.run("DELETE FROM account WHERE id = $1 AND tenant = $2", .octets(account.octets), .text(id.text))
            }
            try add((ofTenant?.changedAccounts ?? tenant.accounts).map(\.id), of: id, database)
        }
    }

    private func add(_ accounts: [AccountID], of tenant: TenantID, _ database: Connection) throws {
        for account in accounts {
            try database.run(
                "INSERT INTO account (id, tenant) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET tenant = excluded.tenant",
                .octets(account.octets), .text(tenant.text))
        }
    }
}
