package import Mail
internal import MailConfiguration
internal import SQL

/// Reads a generation's files as a whole or row by row. Blocks on the disk; used by one thread at a time.
package struct GenerationReader {
    package let folder: GenerationFolder
    package let number: Int

    package init(_ folder: GenerationFolder, number: Int) {
        self.folder = folder
        self.number = number
    }

    /// The generation without accounts and addresses.
    package func outline() throws -> GenerationOutline { try HostFile(folder, number).outline() }

    package func account(_ id: AccountID, of tenant: TenantID) throws -> DirectoryAccount? {
        try TenantFile(folder, number, tenant).account(id)
    }

    /// - Parameter address: in a domain that is no alias domain.
    package func route(of address: Address, in tenant: TenantID) throws -> Route? {
        try TenantFile(folder, number, tenant).route(of: address)
    }

    package enum Order: String {
        case id, address
    }

    /// One at a time.
    package func forEachAccount(
        of tenant: TenantID, by order: Order = .id, _ body: (DirectoryAccount) throws -> Void
    ) throws {
        try TenantFile(folder, number, tenant).database.forEach("SELECT record FROM account ORDER BY \(order.rawValue)") { row in
            try body(RecordCoding.read(DirectoryAccount.self, row.octets(0)))
        }
    }

    /// Characters of the longest address that is an account's main one.
    package func longestAddress(of tenant: TenantID) throws -> Int {
        try TenantFile(folder, number, tenant).database.first("SELECT MAX(LENGTH(address)) FROM account") { Int($0.integer(0)) }
            ?? 0
    }

    /// All of it, in memory.
    package func content() throws -> GenerationContent {
        let outline = try outline()
        return try GenerationContent(
            host: outline.host,
            tenants: outline.tenants.map { tenant in
                let file = try TenantFile(folder, number, tenant.tenant.id)
                return try TenantContent(
                    tenant: tenant.tenant, domains: tenant.domains, accounts: file.accounts(byID: true), routes: file.routes())
            })
    }
}

/// `host.db`, open.
struct HostFile {
    private let database: Connection
    let number: Int
    let configuration: HostConfiguration

    init(_ folder: GenerationFolder, _ number: Int) throws {
        let path = folder.host(number)
        let database = try openImmutable(path)
        let rows = try reading(path) {
            try database.all("SELECT version, number, host FROM generation") {
                (Int($0.integer(0)), Int($0.integer(1)), $0.text(2))
            }
        }
        guard let row = rows.first else { throw GenerationError.unreadable(path: path, cause: "it is empty") }
        guard row.0 == GenerationSchema.version else { throw GenerationError.otherVersion(path: path, version: row.0) }
        self.database = database
        self.number = row.1
        configuration = try reading(path) { try RecordCoding.read(HostConfiguration.self, row.2) }
    }

    func tenants() throws -> [Tenant] {
        try database.all("SELECT record FROM tenant ORDER BY id") { try RecordCoding.read(Tenant.self, $0.text(0)) }
    }

    func outline() throws -> GenerationOutline {
        let domains = try Dictionary(grouping: domains(), by: \.tenant)
        return try GenerationOutline(
            host: configuration, tenants: tenants().map { TenantOutline(tenant: $0, domains: domains[$0.id] ?? []) })
    }

    func domains() throws -> [HostedDomain] {
        try database.all("SELECT record FROM domain ORDER BY name") { try RecordCoding.read(HostedDomain.self, $0.text(0)) }
    }

    func domains(of tenant: TenantID) throws -> [HostedDomain] {
        try database.all("SELECT record FROM domain WHERE tenant = $1 ORDER BY name", .text(tenant.text)) {
            try RecordCoding.read(HostedDomain.self, $0.text(0))
        }
    }

    func domain(_ name: DomainName) throws -> HostedDomain? {
        try database.first("SELECT record FROM domain WHERE name = $1", .text(name.ascii)) {
            try RecordCoding.read(HostedDomain.self, $0.text(0))
        }
    }

    /// Of what is said of each tenant besides its accounts and addresses.
    func digests() throws -> [TenantID: String] {
        let rows = try database.all("SELECT id, digest FROM tenant") { try (TenantID($0.text(0)), $0.text(1)) }
        return Dictionary(rows) { first, _ in first }
    }

    func tenant(of account: AccountID) throws -> TenantID? {
        try database.first("SELECT tenant FROM account WHERE id = $1", .octets(account.octets)) { try TenantID($0.text(0)) }
    }
}

/// A tenant's file, open.
struct TenantFile {
    let database: Connection

    init(_ folder: GenerationFolder, _ number: Int, _ tenant: TenantID) throws {
        database = try openImmutable(folder.tenant(tenant, number))
    }

    func account(_ id: AccountID) throws -> DirectoryAccount? {
        try database.first("SELECT record FROM account WHERE id = $1", .octets(id.octets)) {
            try RecordCoding.read(DirectoryAccount.self, $0.octets(0))
        }
    }

    func accounts(byID: Bool) throws -> [DirectoryAccount] {
        let order = byID ? "id" : "address"
        return try database.all("SELECT record FROM account ORDER BY \(order)") {
            try RecordCoding.read(DirectoryAccount.self, $0.octets(0))
        }
    }

    func route(of address: Address) throws -> Route? {
        try database.first("SELECT record FROM route WHERE address = $1", .text(address.folded.description)) {
            try RecordCoding.read(Route.self, $0.octets(0))
        }
    }

    func routes() throws -> [AddressRoute] {
        let routes = try database.all("SELECT address, record FROM route") { row in
            try AddressRoute(Address(row.text(0)), RecordCoding.read(Route.self, row.octets(1)))
        }
        return routes.sorted { $0.address < $1.address }
    }

    /// Rows looked at for one suggestion.
    private static let suggestionRows = 1_000

    func people(prefix: String, limit: Int) throws -> [Person] {
        let rows = try database.all(
            "SELECT name, address, account FROM person WHERE word >= $1 AND word < $2 LIMIT $3", .text(prefix),
            .text(prefix + "\u{10FFFF}"), .integer(Int64(Self.suggestionRows))
        ) { row in
            try Person(
                account: AccountID(octets: row.octets(2)), address: Address(row.text(1)), displayName: row.text(0))
        }
        return Array(Set(rows).sorted { ($0.displayName, $0.address) < ($1.displayName, $1.address) }.prefix(limit))
    }
}

private func openImmutable(_ path: String) throws -> Connection {
    try reading(path) { try Connection(path: path, mode: .immutable) }
}

func reading<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as GenerationError { throw error } catch {
        throw GenerationError.unreadable(path: path, cause: "\(error)")
    }
}
