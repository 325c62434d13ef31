package import MailConfiguration

extension GenerationContent {
    /// What files alone mean, without commands and without directories.
    package init(_ tree: ConfigurationTree) throws {
        let draft = try GenerationDraft(host: tree.host)
        try draft.fill {
            for tenant in tree.tenants {
                try TenantDraft(tenant, in: draft, overrides: AccountOverrides(), domains: DomainStandings()).finish(tenant)
            }
        }
        self = try draft.content()
    }
}
