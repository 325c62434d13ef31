package import Mail
package import MailConfiguration
internal import SQL

/// A generation that is to be: its accounts and addresses are in a temporary database, record by record as a tenant's file will
/// have them, so that no tenant is ever in memory as a whole. Used by one thread at a time; gone with the last reference to it.
package final class GenerationDraft {
    /// Which of two generations side by side in one database.
    enum Side: String {
        case wanted, earlier

        var accounts: String { "\(rawValue)_account" }
        var routes: String { "\(rawValue)_route" }
    }

    package private(set) var outline: GenerationOutline
    let database: Connection
    let side: Side

    package init(host: HostConfiguration) throws {
        database = try Connection(path: "", mode: .temporary)
        // Nobody but this connection ever sees it, and it is thrown away where something fails.
        try database.run("PRAGMA synchronous=OFF")
        outline = GenerationOutline(host: host)
        side = .wanted
        try makeTables()
    }

    /// What `other` is to be compared with, where that is not a generation on disk.
    package init(host: HostConfiguration, comparedWith other: GenerationDraft) throws {
        database = other.database
        outline = GenerationOutline(host: host)
        side = .earlier
        try makeTables()
    }

    /// A draft of what is at hand as values.
    package convenience init(_ content: GenerationContent) throws {
        try self.init(host: content.host)
        try fill {
            for tenant in content.tenants {
                add(TenantOutline(tenant: tenant.tenant, domains: tenant.domains))
                for account in tenant.accounts { try put(account) }
                for route in tenant.routes { try put(route, of: tenant.tenant.id) }
            }
        }
    }

    /// `address` is as look-ups use it, `shown` as it is written; `state` is 0 of active accounts, 1 of suspended and 2 of retired
    /// ones.
    private func makeTables() throws {
        let script = """
            CREATE TABLE \(side.accounts) (
                tenant TEXT NOT NULL, id OCTETS NOT NULL, address TEXT NOT NULL, shown TEXT NOT NULL, name TEXT NOT NULL,
                state BIGINT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (tenant, id));
            CREATE TABLE \(side.routes) (
                tenant TEXT NOT NULL, address TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (tenant, address)) CLUSTERED;
            """
        try database.execute(Dialect.render(script + LentMailboxes.tables))
    }

    // MARK: Filling

    /// Whatever is put into it is put inside of this: single rows would each be a transaction.
    package func fill<Result>(_ body: () throws -> Result) throws -> Result { try database.transaction(body) }

    package func add(_ tenant: TenantOutline) {
        outline.tenants.append(tenant)
        outline.tenants.sort { $0.tenant.id < $1.tenant.id }
    }

    /// Whose id is there already stays as it is.
    package func put(_ account: DirectoryAccount) throws { try put(account, orElse: "DO NOTHING") }

    /// In place of the account of this id, if there is one.
    package func replace(_ account: DirectoryAccount) throws {
        try put(
            account,
            orElse: """
                (tenant, id) DO UPDATE SET address = excluded.address, shown = excluded.shown, name = excluded.name,
                state = excluded.state, record = excluded.record
                """)
    }

    private func put(_ account: DirectoryAccount, orElse conflict: String) throws {
        let state: SQLValue =
            switch account.state {
            case .active: 0
            case .suspended: 1
            case .retired: 2
            }
        try database.run(
            """
            INSERT INTO \(side.accounts) (tenant, id, address, shown, name, state, record) VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT \(conflict)
            """, .text(account.tenant.text), .octets(account.id.octets), .text(account.address.folded.description),
            .text(account.address.description), .text(account.displayName), state, .utf8(RecordCoding.buffer(account)))
    }

    /// An address that is there already leads where it led.
    package func put(_ route: AddressRoute, of tenant: TenantID) throws {
        try database.run(
            "INSERT INTO \(side.routes) (tenant, address, record) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", .text(tenant.text),
            .text(route.address.folded.description), .utf8(RecordCoding.buffer(route.route)))
    }

    /// An account that has left, and whose grace period is not over: mail to its addresses is refused. Whose id is there already
    /// lives on; a tenant that is gone has none.
    package func put(retired account: DirectoryAccount, replacing: Bool = false) throws {
        guard outline.tenant(account.tenant) != nil else { return }
        var account = account
        account.state = .retired
        account.shared = []
        if replacing {
            try replace(account)
        } else {
            guard try self.account(account.id, of: account.tenant) == nil else { return }
            try put(account)
        }
        // An address may have been several retired accounts', one after the other: one refusal is enough.
        for address in [account.address] + account.aliases {
            try put(AddressRoute(address.folded, .account(account.id)), of: account.tenant)
        }
    }

    // MARK: Asking

    package func account(_ id: AccountID, of tenant: TenantID) throws -> DirectoryAccount? {
        try database.first(
            "SELECT record FROM \(side.accounts) WHERE tenant = $1 AND id = $2", .text(tenant.text), .octets(id.octets)
        ) { try RecordCoding.read(DirectoryAccount.self, $0.octets(0)) }
    }

    /// Whether somebody has this id, of whatever tenant, and is not retired.
    package func isLiving(_ id: AccountID) throws -> Bool { try tenant(of: id) != nil }

    /// Nil where nobody has this id, or whoever has it is retired.
    package func tenant(of id: AccountID) throws -> TenantID? {
        try outline.tenants.first { try isLiving(id, of: $0.tenant.id) }?.tenant.id
    }

    package func isLiving(_ id: AccountID, of tenant: TenantID) throws -> Bool {
        try database.first(
            "SELECT 1 FROM \(side.accounts) WHERE tenant = $1 AND id = $2 AND state < 2", .text(tenant.text), .octets(id.octets)
        ) { _ in true } ?? false
    }

    /// All of it, in memory.
    package func content() throws -> GenerationContent {
        try GenerationContent(
            host: outline.host,
            tenants: outline.tenants.map { tenant in
                let id = SQLValue.text(tenant.tenant.id.text)
                let accounts = try database.all("SELECT record FROM \(side.accounts) WHERE tenant = $1 ORDER BY id", id) {
                    try RecordCoding.read(DirectoryAccount.self, $0.octets(0))
                }
                let routes = try database.all("SELECT address, record FROM \(side.routes) WHERE tenant = $1", id) { row in
                    try AddressRoute(Address(row.text(0)), RecordCoding.read(Route.self, row.octets(1)))
                }
                return TenantContent(
                    tenant: tenant.tenant, domains: tenant.domains, accounts: accounts,
                    routes: routes.sorted { $0.address < $1.address })
            })
    }
}
