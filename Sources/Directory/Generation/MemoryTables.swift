internal import Mail

/// A generation's tables without a file: for what is not applied yet.
struct MemoryTables: GenerationTables {
    private let content: [TenantID: TenantContent]
    private let byDomain: [DomainName: HostedDomain]
    private let byAccount: [AccountID: DirectoryAccount]
    private let routes: [TenantID: [Address: Route]]

    init(_ tenants: [TenantContent]) {
        content = Dictionary(tenants.map { ($0.tenant.id, $0) }) { first, _ in first }
        byDomain = Dictionary(tenants.flatMap(\.domains).map { ($0.name, $0) }) { first, _ in first }
        byAccount = Dictionary(tenants.flatMap(\.accounts).map { ($0.id, $0) }) { first, _ in first }
        routes = content.mapValues { content in
            Dictionary(content.routes.map { ($0.address.folded, $0.route) }) { first, _ in first }
        }
    }

    func tenants() -> [Tenant] { content.values.map(\.tenant).sorted { $0.id < $1.id } }

    func domains(of tenant: TenantID) -> [HostedDomain] { (content[tenant]?.domains ?? []).sorted { $0.name < $1.name } }

    func domain(_ name: DomainName) -> HostedDomain? { byDomain[name] }

    func route(of address: Address, in tenant: TenantID) -> Route? { routes[tenant]?[address] }

    func tenant(of account: AccountID) -> TenantID? { byAccount[account]?.tenant }

    func account(_ id: AccountID, in tenant: TenantID) -> DirectoryAccount? {
        byAccount[id].flatMap { $0.tenant == tenant ? $0 : nil }
    }

    func accounts(of tenant: TenantID) -> [DirectoryAccount] {
        (content[tenant]?.accounts ?? []).sorted { $0.address < $1.address }
    }

    func people(of tenant: TenantID, prefix: String, limit: Int) -> [Person] {
        let found = (content[tenant]?.people ?? []).filter { person in
            SearchWords.of(person).contains { $0.hasPrefix(prefix) }
        }
        return Array(found.sorted { ($0.displayName, $0.address) < ($1.displayName, $1.address) }.prefix(limit))
    }
}
