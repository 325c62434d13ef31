package import Mail
package import MailConfiguration

/// Makes one tenant's part of a draft: from what directories add, one by one, and then from its files.
package struct TenantDraft {
    private let draft: GenerationDraft
    private let tenant: TenantID
    private let accounts: AccountCompiler
    private let domains: DomainStandings
    private let allowsShared: Bool
    private var lent = LentMailboxes()
    /// Numbers of a directory's shared mailboxes, and who is to have them; lent after the files' own.
    private var mailboxes: [SharedMailboxConfiguration] = []
    private var loans: [(mailbox: Int32, user: AccountID, rights: SharedRights)] = []

    package init(
        _ files: TenantConfiguration, in draft: GenerationDraft, overrides: AccountOverrides, domains: DomainStandings
    ) {
        self.draft = draft
        tenant = files.id
        accounts = AccountCompiler(files, suspended: overrides.suspended)
        self.domains = domains
        allowsShared = files.plan.allows(.sharedMailboxes)
    }

    // MARK: What directories add

    /// - Returns: the account's id.
    @discardableResult
    package func add(_ user: UserConfiguration) throws -> AccountID {
        let account = accounts.account(user)
        try put(account)
        return account.id
    }

    /// - Returns: the account's id, and the number by which it is lent.
    package mutating func add(_ mailbox: SharedMailboxConfiguration) throws -> (id: AccountID, number: Int) {
        let account = accounts.account(mailbox)
        try put(account)
        mailboxes.append(mailbox)
        return (account.id, mailboxes.count - 1)
    }

    /// A group's, an alias's, or one that waits for its return.
    package func add(_ route: AddressRoute) throws { try draft.put(route, of: tenant) }

    package mutating func lend(_ mailbox: Int, to user: AccountID, _ rights: SharedRights) {
        guard allowsShared else { return }
        loans.append((Int32(mailbox), user, rights))
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
    package mutating func finish(_ files: TenantConfiguration, directories named: [LocalID: NamedAddress] = [:]) throws {
        let compiler = TenantCompiler(
            files, accounts, domains: domains, allowsUnproven: draft.outline.host.allowsUnprovenDomains, directories: named)
        compiler.lend(&lent)
        let numbers = mailboxes.map { lent.add($0, accounts.id(of: $0.id)) }
        for loan in loans { lent.lend(numbers[Int(loan.mailbox)], to: loan.user, loan.rights) }
        loans = []
        draft.add(compiler.outline)
        // Directories' users are there already, without what is lent to them.
        for user in lent.users {
            guard let account = try draft.account(user, of: tenant) else { continue }
            try draft.replace(lent.lend(to: account))
        }
        try compiler.forEachAccount(lent) { try draft.put($0) }
        try compiler.forEachRoute { try draft.put($0, of: tenant) }
    }
}
