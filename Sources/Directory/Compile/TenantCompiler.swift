internal import Mail
internal import MailConfiguration

/// Makes one tenant's part of a generation from its files, account by account and address by address.
struct TenantCompiler {
    private let files: TenantConfiguration
    private let accounts: AccountCompiler
    private let domains: DomainStandings
    private let allowsUnproven: Bool
    private var named: [LocalID: NamedAddress]

    /// - Parameter directories: whom the files name and directories have.
    init(
        _ files: TenantConfiguration, _ accounts: AccountCompiler, domains: DomainStandings, allowsUnproven: Bool,
        directories: [LocalID: NamedAddress] = [:]
    ) {
        self.files = files
        self.accounts = accounts
        self.domains = domains
        self.allowsUnproven = allowsUnproven
        named = directories
        for user in files.users { named[user.id] = NamedAddress(address: user.address, name: user.name) }
        for mailbox in files.sharedMailboxes { named[mailbox.id] = NamedAddress(address: mailbox.address, name: mailbox.name) }
        for group in files.groups { named[group.id] = NamedAddress(address: group.address, name: group.name) }
    }

    var outline: TenantOutline {
        TenantOutline(tenant: tenant, domains: files.domains.map(domain).sorted { $0.name < $1.name })
    }

    private var tenant: Tenant {
        Tenant(
            id: files.id, name: files.name, language: files.language.rawValue, suspended: files.isSuspended,
            features: TenantFeatures(files.plan), admins: files.admins.map(accounts.id), gracePeriod: files.policies.gracePeriod)
    }

    private func domain(_ domain: DomainConfiguration) -> HostedDomain {
        var configuration = domain
        // Where it is written is of no matter to the generation, and would make a moved line a change.
        configuration.position = .nowhere
        let holding = DomainStandings.Holding(domain.name, of: files.id)
        let isActive = domains.proven.contains(holding) || allowsUnproven
        return HostedDomain(
            name: domain.name, tenant: files.id, aliasOf: domain.aliasOf,
            catchAll: files.plan.allows(.catchAll) ? domain.catchAll.flatMap(address) : nil,
            detailSeparator: domain.plusAddressing && files.plan.allows(.plusAddressing) ? "+" : nil,
            configuration: configuration, isActive: isActive,
            // Nobody signs for a name that is not his any more.
            signers: isActive && domain.dkim.isEnabled ? domains.signers[holding] ?? [] : [])
    }

    private func address(_ target: AliasTarget) -> Address? {
        switch target {
        case .account(let id), .group(let id): named[id]?.address
        case .alias(let address): address
        case .external(let address): files.plan.allows(.externalForwarding) ? address : nil
        }
    }

    // MARK: Accounts

    /// Without what is lent to users.
    func forEachAccount(_ body: (DirectoryAccount) throws -> Void) rethrows {
        for user in files.users {
            let groups = user.maySendAs.compactMap { named[$0] }
            try body(accounts.account(user, maySendAs: groups))
        }
        for mailbox in files.sharedMailboxes { try body(accounts.account(mailbox)) }
    }

    // MARK: Addresses

    func forEachRoute(_ body: (AddressRoute) throws -> Void) rethrows {
        for user in files.users {
            let route = Route.account(accounts.id(of: user.id))
            for address in [user.address] + user.aliases { try body(AddressRoute(address.folded, route)) }
        }
        for mailbox in files.sharedMailboxes {
            let route = Route.account(accounts.id(of: mailbox.id))
            for address in [mailbox.address] + mailbox.aliases { try body(AddressRoute(address.folded, route)) }
        }
        for group in files.groups {
            let route = Route.group(
                GroupRoute(
                    id: group.id.text, address: group.address, name: group.name,
                    members: group.members.compactMap { named[$0]?.address }, maySend: group.maySend))
            for address in [group.address] + group.aliases { try body(AddressRoute(address.folded, route)) }
        }
        for alias in files.aliases { try body(AddressRoute(alias.address.folded, .alias(alias.targets.compactMap(address)))) }
        for role in files.roleAddresses where !role.isDeclared {
            try body(AddressRoute(role.address.folded, .alias(role.admins.compactMap { named[$0]?.address })))
        }
    }
}
