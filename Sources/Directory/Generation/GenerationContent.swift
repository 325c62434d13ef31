package import Mail
package import MailConfiguration

/// All that a generation says, as values: what is written into its folder.
package struct GenerationContent: Sendable, Equatable {
    package var host: HostConfiguration
    /// In the order of their ids.
    package var tenants: [TenantContent]

    package init(host: HostConfiguration, tenants: [TenantContent]) {
        self.host = host
        self.tenants = tenants
    }
}

/// One tenant's part of a generation: its own file.
package struct TenantContent: Equatable, Sendable, Codable {
    package var tenant: Tenant
    package var domains: [HostedDomain]
    package var accounts: [DirectoryAccount]
    package var routes: [AddressRoute]

    package init(tenant: Tenant, domains: [HostedDomain], accounts: [DirectoryAccount], routes: [AddressRoute]) {
        self.tenant = tenant
        self.domains = domains
        self.accounts = accounts
        self.routes = routes
    }
}

/// An address of a tenant and where its mail goes.
package struct AddressRoute: Hashable, Sendable, Codable {
    package var address: Address
    package var route: Route

    package init(_ address: Address, _ route: Route) {
        self.address = address
        self.route = route
    }
}

package enum Route: Hashable, Sendable, Codable {
    /// A mailbox, by its main address or an alias of it.
    case account(AccountID)
    /// Addresses of the same tenant or of other hosts.
    case alias([Address])
    case group(GroupRoute)
    /// Of a group or alias that a directory had lately: it may come back, so mail is put off (450 4.2.1).
    case waiting
}

/// An address for several people; it has no mailbox.
package struct GroupRoute: Hashable, Sendable, Codable {
    /// Within its tenant.
    package var id: String
    /// Its main address; nil where it has only one.
    package var address: Address?
    package var name: String
    /// Addresses of the same tenant: accounts and groups.
    package var members: [Address]
    package var maySend: GroupSenders

    package init(
        id: String, address: Address? = nil, name: String, members: [Address], maySend: GroupSenders = .anyone
    ) {
        self.id = id
        self.address = address
        self.name = name
        self.members = members
        self.maySend = maySend
    }
}
