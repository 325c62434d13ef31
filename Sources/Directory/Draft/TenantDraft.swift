package import Mail
package import MailConfiguration

/// Makes one tenant's part of a draft: from what directories add, one by one, and then from its files.
package struct TenantDraft {
    private let draft: GenerationDraft
    private let tenant: TenantID
    private let accounts: AccountCompiler
    private let domains: DomainStandings
    private let lent: LentMailboxes
    private let allowsShared: Bool
    /// Of the next shared mailbox, among those that are lent; the files' own go before.
    private var place: Int

    package init(
        _ files: TenantConfiguration, in draft: GenerationDraft, overrides: AccountOverrides, domains: DomainStandings
    ) {
        self.draft = draft
        tenant = files.id
        accounts = AccountCompiler(files, suspended: overrides.suspended)
        self.domains = domains
        lent = LentMailboxes(draft.database)
        allowsShared = files.plan.allows(.sharedMailboxes)
        place = files.sharedMailboxes.count
    }

    // MARK: What directories add

    /// - Returns: the account's id.
    @discardableResult
    package func add(_ user: UserConfiguration) throws -> AccountID {
        let account = accounts.account(user)
        try put(account)
        return account.id
    }

    /// - Returns: the account's id.
    package mutating func add(_ mailbox: SharedMailboxConfiguration) throws -> AccountID {
        let account = accounts.account(mailbox)
        try put(account)
        try lent.add(account, at: place)
        place += 1
        return account.id
    }

    /// A group's, an alias's, or one that waits for its return.
    package func add(_ route: AddressRoute) throws { try draft.put(route, of: tenant) }

    /// - Parameter mailbox: added already.
    package func lend(_ mailbox: AccountID, to users: [(user: AccountID, rights: SharedRights)]) throws {
        if allowsShared { try lent.lend(mailbox, to: users) }
    }

    private func put(_ account: DirectoryAccount) throws {
        try draft.put(account)
        for address in [account.address] + account.aliases {
            try draft.put(AddressRoute(address.folded, .account(account.id)), of: tenant)
        }
    }

    // MARK: Files

    /// To be called once, and last.
    ///
    /// - Parameters:
    ///   - files: without those whom the directories had once and have no more.
    ///   - named: whom they name and directories have.
    package func finish(_ files: TenantConfiguration, directories named: [LocalID: NamedAddress] = [:]) throws {
        let compiler = TenantCompiler(
            files, accounts, domains: domains, allowsUnproven: draft.outline.host.allowsUnprovenDomains, directories: named)
        draft.add(compiler.outline)
        try compiler.forEachAccount { try draft.put($0) }
        for (place, mailbox) in files.sharedMailboxes.enumerated() where allowsShared {
            let account = accounts.account(mailbox)
            try lent.add(account, at: place)
            var seen: Set<LocalID> = []
            let members = mailbox.members.filter { seen.insert($0.user).inserted }
            try lent.lend(account.id, to: members.map { (accounts.id(of: $0.user), SharedRights($0.rights)) })
        }
        // All users are there, without what is lent to them.
        try lent.settle { user, borrowed in
            guard var account = try draft.account(user, of: tenant) else { return }
            account.shared += borrowed.shared
            account.senders += borrowed.senders
            try draft.replace(account)
        }
        try compiler.forEachRoute { try draft.put($0, of: tenant) }
    }
}
