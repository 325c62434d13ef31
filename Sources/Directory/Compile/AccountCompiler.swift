internal import Mail
internal import MailConfiguration

/// Makes accounts of one tenant's users and shared mailboxes, each by itself.
struct AccountCompiler {
    private let tenant: TenantID
    private let tenantName: String
    private let language: String
    private let isSuspended: Bool
    private let features: TenantFeatures
    private let limits: AccountLimits
    /// By a command.
    private let suspended: Set<AccountID>

    init(_ files: TenantConfiguration, suspended: Set<AccountID>) {
        tenant = files.id
        tenantName = files.name
        language = files.language.rawValue
        isSuspended = files.isSuspended
        features = TenantFeatures(files.plan)
        limits = AccountLimits(
            maxMessageSize: files.plan.limits.messageSize, maxRecipients: files.plan.limits.recipientsPerMessage,
            messagesPerDay: files.plan.limits.messagesPerDay)
        self.suspended = suspended
    }

    func id(of object: LocalID) -> AccountID { AccountIdentity(tenant: tenant, id: object).accountID }

    /// Without what is lent to the user.
    ///
    /// - Parameter groups: whose address the user may send as.
    func account(_ user: UserConfiguration, maySendAs groups: [NamedAddress] = []) -> DirectoryAccount {
        let id = id(of: user.id)
        let own = ([user.address] + user.aliases + user.senders).map {
            SenderAddress(address: $0, displayName: user.name, account: id)
        }
        let ofGroups = groups.map { SenderAddress(address: $0.address, displayName: $0.name, account: id) }
        return DirectoryAccount(
            id: id, tenant: tenant, tenantName: tenantName, kind: .user, address: user.address, displayName: user.name,
            language: user.language.rawValue, aliases: user.aliases, senders: own + ofGroups, quota: user.quota,
            state: state(id, isSuspended: user.isSuspended), shared: [], features: features, limits: limits)
    }

    func account(_ mailbox: SharedMailboxConfiguration) -> DirectoryAccount {
        let id = id(of: mailbox.id)
        return DirectoryAccount(
            id: id, tenant: tenant, tenantName: tenantName, kind: .shared, address: mailbox.address, displayName: mailbox.name,
            language: language, aliases: mailbox.aliases, quota: mailbox.quota,
            state: state(id, isSuspended: mailbox.isSuspended), features: features, limits: limits)
    }

    private func state(_ id: AccountID, isSuspended: Bool) -> AccountState {
        if self.isSuspended { return .suspended(by: .tenant) }
        return isSuspended || suspended.contains(id) ? .suspended(by: .account) : .active
    }
}
