package import Mail
package import MailConfiguration

/// A generation without its accounts and addresses: what is small enough to be held as values.
package struct GenerationOutline: Sendable, Equatable {
    package var host: HostConfiguration
    /// In the order of their ids.
    package var tenants: [TenantOutline]

    package init(host: HostConfiguration, tenants: [TenantOutline] = []) {
        self.host = host
        self.tenants = tenants
    }

    package func tenant(_ id: TenantID) -> TenantOutline? { tenants.first { $0.tenant.id == id } }
}

/// One tenant's part of it.
package struct TenantOutline: Sendable, Equatable {
    package var tenant: Tenant
    /// In the order of their names.
    package var domains: [HostedDomain]

    package init(tenant: Tenant, domains: [HostedDomain]) {
        self.tenant = tenant
        self.domains = domains
    }
}
