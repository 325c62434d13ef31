internal import Mail

extension GenerationContent {
    /// The same with accounts that have left, and whose grace period is not over: mail to their addresses is refused. Whose id is
    /// there already lives on.
    package func adding(retired: [DirectoryAccount]) -> GenerationContent {
        guard !retired.isEmpty else { return self }
        let byTenant = Dictionary(grouping: retired, by: \.tenant)
        return GenerationContent(host: host, tenants: tenants.map { $0.adding(retired: byTenant[$0.tenant.id] ?? []) })
    }
}

extension TenantContent {
    /// - Parameter retired: of this tenant.
    func adding(retired: [DirectoryAccount]) -> TenantContent {
        guard !retired.isEmpty else { return self }
        let present = Set(accounts.map(\.id))
        let leaving = retired.filter { !present.contains($0.id) }.map { account in
            var account = account
            account.state = .retired
            account.shared = []
            return account
        }
        var taken = Set(routes.map { $0.address.folded })
        let refused = leaving.flatMap { account in
            // An address may have been several retired accounts', one after the other: one refusal is enough.
            ([account.address] + account.aliases).map(\.folded).filter { taken.insert($0).inserted }.map {
                AddressRoute($0, .account(account.id))
            }
        }
        return TenantContent(
            tenant: tenant, domains: domains, accounts: (accounts + leaving).sorted { $0.id < $1.id },
            routes: (routes + refused).sorted { $0.address < $1.address })
    }
}
