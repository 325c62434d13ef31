internal import Mail

/// Single look-ups in a generation; everything cleverer is built on them by `Generation`.
///
/// Addresses are folded and in domains that are no alias domains. A tenant's tables are only ever asked with its id.
protocol GenerationTables: Sendable {
    func tenants() async throws -> [Tenant]
    func domains(of tenant: TenantID) async throws -> [HostedDomain]
    func domain(_ name: DomainName) async throws -> HostedDomain?
    func route(of address: Address, in tenant: TenantID) async throws -> Route?
    /// Which tenant an account belongs to.
    func tenant(of account: AccountID) async throws -> TenantID?
    func account(_ id: AccountID, in tenant: TenantID) async throws -> DirectoryAccount?
    /// In the order of their addresses.
    func accounts(of tenant: TenantID) async throws -> [DirectoryAccount]
    /// People and groups with a word that starts with `prefix`, which is in `SearchWords` form and not empty.
    func people(of tenant: TenantID, prefix: String, limit: Int) async throws -> [Person]
}
