package import MailConfiguration

extension GenerationContent {
    /// What files alone mean, without commands and without directories. The files' rules (`ConfigurationTree`) hold already:
    /// nothing can fail here.
    package init(_ tree: ConfigurationTree) {
        self.init(
            host: tree.host,
            tenants: tree.tenants.sorted { $0.id < $1.id }.map { tenant in
                TenantCompiler(
                    tenant, AccountCompiler(tenant, suspended: []), domains: DomainStandings(),
                    allowsUnproven: tree.host.allowsUnprovenDomains
                ).content
            })
    }
}
