internal import Mail
internal import MailConfiguration

/// Makes one tenant's part of a generation from its files.
struct TenantCompiler {
    private let files: TenantConfiguration
    private let overrides: AccountOverrides
    private let domains: DomainStandings
    private let allowsUnproven: Bool
    private let addresses: [LocalID: Address]
    /// Of users and shared mailboxes.
    private let ids: [LocalID: AccountID]
    /// What each user may do in which shared mailboxes, in the files' order.
    private let shared: [LocalID: [SharedAccess]]
    /// All addresses of each shared mailbox, the main one first.
    private let sharedAddresses: [AccountID: [Address]]
    private let features: TenantFeatures
    private let limits: AccountLimits

    init(_ files: TenantConfiguration, overrides: AccountOverrides, domains: DomainStandings, allowsUnproven: Bool) {
        self.files = files
        self.overrides = overrides
        self.domains = domains
        self.allowsUnproven = allowsUnproven
        features = TenantFeatures(files.plan)
        limits = AccountLimits(
            maxMessageSize: files.plan.limits.messageSize, maxRecipients: files.plan.limits.recipientsPerMessage,
            messagesPerDay: files.plan.limits.messagesPerDay)
        var addresses: [LocalID: Address] = [:]
        for user in files.users { addresses[user.id] = user.address }
        for mailbox in files.sharedMailboxes { addresses[mailbox.id] = mailbox.address }
        for group in files.groups { addresses[group.id] = group.address }
        self.addresses = addresses
        var ids: [LocalID: AccountID] = [:]
        for id in files.users.map(\.id) + files.sharedMailboxes.map(\.id) {
            ids[id] = AccountIdentity(tenant: files.id, id: id).accountID
        }
        self.ids = ids
        var (shared, sharedAddresses): ([LocalID: [SharedAccess]], [AccountID: [Address]]) = ([:], [:])
        for mailbox in files.sharedMailboxes {
            guard let account = ids[mailbox.id] else { continue }
            sharedAddresses[account] = [mailbox.address] + mailbox.aliases
            var seen: Set<LocalID> = []
            for member in mailbox.members where seen.insert(member.user).inserted {
                shared[member.user, default: []].append(
                    SharedAccess(
                        account: account, address: mailbox.address, name: mailbox.name, rights: SharedRights(member.rights)))
            }
        }
        self.shared = files.plan.allows(.sharedMailboxes) ? shared : [:]
        self.sharedAddresses = sharedAddresses
    }

    /// Sorted throughout, so that the same meaning gives the same octets.
    var content: TenantContent {
        TenantContent(
            tenant: tenant,
            domains: files.domains.map(domain).sorted { $0.name < $1.name },
            accounts: (files.users.map(account) + files.sharedMailboxes.map(account)).sorted { $0.id < $1.id },
            routes: routes.sorted { $0.address < $1.address }
        ).adding(retired: overrides.retired.filter { $0.tenant == files.id })
    }

    private var tenant: Tenant {
        Tenant(
            id: files.id, name: files.name, language: files.language.rawValue, suspended: files.isSuspended,
            features: features, admins: files.admins.map(accountID), gracePeriod: files.policies.gracePeriod)
    }

    private func domain(_ domain: DomainConfiguration) -> HostedDomain {
        var configuration = domain
        // Where it is written is of no matter to the generation, and would make a moved line a change.
        configuration.position = .nowhere
        let holding = DomainStandings.Holding(domain.name, of: files.id)
        let isProven = domains.proven.contains(holding)
        return HostedDomain(
            name: domain.name, tenant: files.id, aliasOf: domain.aliasOf,
            catchAll: files.plan.allows(.catchAll) ? domain.catchAll.flatMap(address) : nil,
            detailSeparator: domain.plusAddressing && files.plan.allows(.plusAddressing) ? "+" : nil,
            configuration: configuration, isActive: isProven || allowsUnproven,
            signers: domain.dkim.isEnabled ? domains.signers[holding] ?? [] : [])
    }

    private func accountID(_ id: LocalID) -> AccountID {
        ids[id] ?? AccountIdentity(tenant: files.id, id: id).accountID
    }

    private func address(_ target: AliasTarget) -> Address? {
        switch target {
        case .account(let id), .group(let id): addresses[id]
        case .alias(let address): address
        case .external(let address): files.plan.allows(.externalForwarding) ? address : nil
        }
    }

    // MARK: Addresses

    private var routes: [AddressRoute] {
        var routes: [AddressRoute] = []
        for user in files.users {
            let id = accountID(user.id)
            routes += ([user.address] + user.aliases).map { AddressRoute($0.folded, .account(id)) }
        }
        for mailbox in files.sharedMailboxes {
            let id = accountID(mailbox.id)
            routes += ([mailbox.address] + mailbox.aliases).map { AddressRoute($0.folded, .account(id)) }
        }
        for group in files.groups {
            let route = Route.group(
                GroupRoute(
                    id: group.id.text, address: group.address, name: group.name,
                    members: group.members.compactMap { addresses[$0] },
                    maySend: group.maySend))
            routes += ([group.address] + group.aliases).map { AddressRoute($0.folded, route) }
        }
        routes += files.aliases.map { AddressRoute($0.address.folded, .alias($0.targets.compactMap(address))) }
        routes += files.roleAddresses.filter { !$0.isDeclared }.map { role in
            AddressRoute(role.address.folded, .alias(role.admins.compactMap { addresses[$0] }))
        }
        let taken = Set(routes.map(\.address))
        return routes + files.waitingAddresses.map(\.folded).filter { !taken.contains($0) }.map { AddressRoute($0, .waiting) }
    }

    // MARK: Accounts

    private func account(_ user: UserConfiguration) -> DirectoryAccount {
        let id = accountID(user.id)
        let shared = shared[user.id] ?? []
        return DirectoryAccount(
            id: id, tenant: files.id, tenantName: files.name, kind: .user, address: user.address, displayName: user.name,
            language: user.language.rawValue, aliases: user.aliases, senders: senders(of: user, id, shared), quota: user.quota,
            state: state(id, isSuspended: user.isSuspended), shared: shared, features: features, limits: limits)
    }

    private func account(_ mailbox: SharedMailboxConfiguration) -> DirectoryAccount {
        let id = accountID(mailbox.id)
        return DirectoryAccount(
            id: id, tenant: files.id, tenantName: files.name, kind: .shared, address: mailbox.address, displayName: mailbox.name,
            language: files.language.rawValue, aliases: mailbox.aliases, quota: mailbox.quota,
            state: state(id, isSuspended: mailbox.isSuspended), features: features, limits: limits)
    }

    private func state(_ id: AccountID, isSuspended: Bool) -> AccountState {
        if files.isSuspended { return .suspended(by: .tenant) }
        return isSuspended || overrides.suspended.contains(id) ? .suspended(by: .account) : .active
    }

    /// Its own addresses, those that the files add, groups', then those of shared mailboxes that it may send for (F78).
    private func senders(of user: UserConfiguration, _ id: AccountID, _ shared: [SharedAccess]) -> [SenderAddress] {
        let own = ([user.address] + user.aliases + user.senders).map {
            SenderAddress(address: $0, displayName: user.name, account: id)
        }
        let groups = user.maySendAs.compactMap(files.group).map {
            SenderAddress(address: $0.address, displayName: $0.name, account: id)
        }
        let lent = shared.filter { $0.rights.contains(.send) }.flatMap { access in
            (sharedAddresses[access.account] ?? []).map {
                SenderAddress(address: $0, displayName: access.name, account: access.account)
            }
        }
        return own + groups + lent
    }
}
