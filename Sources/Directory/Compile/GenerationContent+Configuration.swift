package import MailConfiguration

extension GenerationContent {
    /// What files and commands mean together. The files' rules (`ConfigurationTree`) hold already: nothing can fail here.
    package init(
        _ tree: ConfigurationTree, overrides: AccountOverrides = AccountOverrides(), domains: DomainStandings = DomainStandings()
    ) {
        self.init(
            host: tree.host,
            tenants: tree.tenants.sorted { $0.id < $1.id }.map {
                TenantCompiler(
                    $0, overrides: overrides, domains: domains, allowsUnproven: tree.host.allowsUnprovenDomains
                ).content
            })
    }
}
