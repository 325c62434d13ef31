internal import Directory
internal import Mail
internal import MailConfiguration

/// Passwords that the files carry, before and after.
struct PasswordChanges {
    private let new: [AccountID: FilePassword]
    /// Accounts whose passwords are others, as far as they are to be there; in the order of their ids.
    private(set) var byTenant: [TenantID: [AccountID]] = [:]
    private let changed: Set<AccountID>

    init(from old: [AccountID: FilePassword], to tree: ConfigurationTree, _ draft: GenerationDraft) throws {
        var (new, tenants): ([AccountID: FilePassword], [AccountID: TenantID]) = ([:], [:])
        for tenant in tree.tenants {
            for (account, password) in tenant.filePasswords {
                new[account] = password
                tenants[account] = tenant.id
            }
        }
        self.new = new
        changed = Set(new.keys).union(old.keys).filter { old[$0]?.hash != new[$0]?.hash }
        for account in changed.sorted() {
            guard let tenant = try tenants[account] ?? draft.tenant(of: account) else { continue }
            byTenant[tenant, default: []].append(account)
        }
    }

    func change(_ account: AccountID) -> Bool { changed.contains(account) }
    func isSet(_ account: AccountID) -> Bool { new[account] != nil }
}
