internal import Mail
internal import MailConfiguration
internal import NIOConcurrencyHelpers
internal import NIOPosix
internal import SQL

/// A generation's tables in its files, with what was looked up lately kept in memory.
///
/// Files never change, so what is remembered is right for as long as the generation is asked.
final class FileTables: GenerationTables {
    /// Bounds of one generation in memory.
    enum Limits {
        static let domains = 10_000
        static let routes = 50_000
        static let accounts = 20_000
        static let openTenants = 128
        /// Threads that read files of generations, for the whole program.
        static let threads = 4
    }

    private struct Cache {
        var tenants: [Tenant]?
        var domains = BoundedTable<DomainName, HostedDomain?>(limit: Limits.domains)
        var routes = BoundedTable<RouteKey, Route?>(limit: Limits.routes)
        var tenantOfAccount = BoundedTable<AccountID, TenantID?>(limit: Limits.accounts)
        var accounts = BoundedTable<AccountKey, DirectoryAccount?>(limit: Limits.accounts)
        var files = BoundedTable<TenantID, TenantLane>(limit: Limits.openTenants)
    }

    private struct RouteKey: Hashable {
        var tenant: TenantID
        var address: Address
    }

    private struct AccountKey: Hashable {
        var tenant: TenantID
        var id: AccountID
    }

    private let folder: GenerationFolder
    private let number: Int
    private let host: HostLane
    private let cache = NIOLockedValueBox(Cache())

    static let pool: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: Limits.threads)
        pool.start()
        return pool
    }()

    init(_ folder: GenerationFolder, number: Int, host: HostLane) {
        self.folder = folder
        self.number = number
        self.host = host
    }

    func tenants() async throws -> [Tenant] {
        if let known = cache.withLockedValue({ $0.tenants }) { return known }
        let found = try await host.tenants()
        cache.withLockedValue { $0.tenants = found }
        return found
    }

    func domains(of tenant: TenantID) async throws -> [HostedDomain] { try await host.domains(of: tenant) }

    func domain(_ name: DomainName) async throws -> HostedDomain? {
        if let known = cache.withLockedValue({ $0.domains[name] }) { return known }
        let found = try await host.domain(name)
        cache.withLockedValue { $0.domains[name] = .some(found) }
        return found
    }

    func tenant(of account: AccountID) async throws -> TenantID? {
        if let known = cache.withLockedValue({ $0.tenantOfAccount[account] }) { return known }
        let found = try await host.tenant(of: account)
        cache.withLockedValue { $0.tenantOfAccount[account] = .some(found) }
        return found
    }

    func route(of address: Address, in tenant: TenantID) async throws -> Route? {
        let key = RouteKey(tenant: tenant, address: address)
        if let known = cache.withLockedValue({ $0.routes[key] }) { return known }
        let found = try await file(of: tenant).route(of: address)
        cache.withLockedValue { $0.routes[key] = .some(found) }
        return found
    }

    func account(_ id: AccountID, in tenant: TenantID) async throws -> DirectoryAccount? {
        let key = AccountKey(tenant: tenant, id: id)
        if let known = cache.withLockedValue({ $0.accounts[key] }) { return known }
        let found = try await file(of: tenant).account(id)
        cache.withLockedValue { $0.accounts[key] = .some(found) }
        return found
    }

    func accounts(of tenant: TenantID) async throws -> [DirectoryAccount] {
        guard try await tenants().contains(where: { $0.id == tenant }) else { return [] }
        return try await file(of: tenant).accounts()
    }

    func people(of tenant: TenantID, prefix: String, limit: Int) async throws -> [Person] {
        guard try await tenants().contains(where: { $0.id == tenant }) else { return [] }
        return try await file(of: tenant).people(prefix: prefix, limit: limit)
    }

    private func file(of tenant: TenantID) -> TenantLane {
        cache.withLockedValue { cache in
            if let open = cache.files[tenant] { return open }
            let lane = TenantLane(folder, number, tenant)
            cache.files[tenant] = lane
            return lane
        }
    }
}

/// `host.db` on a lane of its own.
actor HostLane {
    private let lane = Lane(pool: FileTables.pool)
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe lane.asUnownedSerialExecutor() }

    private let folder: GenerationFolder
    private let number: Int
    private var open: HostFile?

    init(_ folder: GenerationFolder, _ number: Int) {
        self.folder = folder
        self.number = number
    }

    private func file() throws -> HostFile {
        if let open { return open }
        let file = try HostFile(folder, number)
        open = file
        return file
    }

    func configuration() throws -> HostConfiguration { try file().configuration }
    func tenants() throws -> [Tenant] { try file().tenants() }
    func domains(of tenant: TenantID) throws -> [HostedDomain] { try file().domains(of: tenant) }
    func domain(_ name: DomainName) throws -> HostedDomain? { try file().domain(name) }
    func tenant(of account: AccountID) throws -> TenantID? { try file().tenant(of: account) }
}

/// A tenant's file on a lane of its own; opened when it is first asked.
actor TenantLane {
    private let lane = Lane(pool: FileTables.pool)
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe lane.asUnownedSerialExecutor() }

    private let folder: GenerationFolder
    private let number: Int
    private let tenant: TenantID
    private var open: TenantFile?

    init(_ folder: GenerationFolder, _ number: Int, _ tenant: TenantID) {
        self.folder = folder
        self.number = number
        self.tenant = tenant
    }

    private func file() throws -> TenantFile {
        if let open { return open }
        let file = try TenantFile(folder, number, tenant)
        open = file
        return file
    }

    func account(_ id: AccountID) throws -> DirectoryAccount? { try file().account(id) }
    func accounts() throws -> [DirectoryAccount] { try file().accounts(byID: false) }
    func route(of address: Address) throws -> Route? { try file().route(of: address) }
    func people(prefix: String, limit: Int) throws -> [Person] { try file().people(prefix: prefix, limit: limit) }
}

extension Generation {
    /// Opens a generation's folder read-only.
    ///
    /// - Throws: `GenerationError` where it is not whole, or written by another version of the program.
    package static func open(_ folder: GenerationFolder, number: Int) async throws -> Generation {
        let host = HostLane(folder, number)
        return try await Generation(
            number: number, host: host.configuration(), tables: FileTables(folder, number: number, host: host))
    }
}
