package import Mail

/// Which directory, of all tenants'.
package struct DirectoryPlace: Sendable, Hashable {
    package let tenant: TenantID
    /// Its id there.
    package let directory: String

    package init(tenant: TenantID, directory: String) {
        self.tenant = tenant
        self.directory = directory
    }
}

/// How one directory is: what `status` and `ldap` commands show. Times are seconds since 1970.
package struct DirectoryState: Codable, Sendable, Hashable {
    package enum Health: String, Codable, Sendable {
        /// Never read yet.
        case never
        /// As of `lastSync`.
        case fine
        /// What was read last goes on serving, since `failingSince`.
        case unreachable
        /// The brake refused a removal; what was read before goes on serving.
        case held
    }

    package var tenant: TenantID
    package var directory: String
    /// The last reading that ended well.
    package var lastSync: Int64?
    /// The last one of the whole directory.
    package var lastWhole: Int64?
    /// When it failed first, with no success since.
    package var failingSince: Int64?
    package var failure: String?
    /// Whether changes are listened to.
    package var isLive = false
    /// Why they are not, though the files want it and the server says that it tells them.
    package var liveRefusal: String?
    package var held: HeldRemoval?
    /// When `--allow-removals` was given last.
    package var allowedAt: Int64?
    package var users = 0
    package var sharedMailboxes = 0
    package var groups = 0
    package var aliases = 0
    /// Accounts whose entries have gone, and that are suspended.
    package var missing = 0
    /// Entries, or parts of them, that are not used; `ldap preview` lists them.
    package var findings = 0
    /// Counts changes of the tenant's objects, so that a generation knows whether it has them.
    package var version: Int64 = 0
    /// Whether it has left the files in force: what it said waits for a rollback to files that name it. Nil is no.
    package var hasLeft: Bool?

    package init(tenant: TenantID, directory: String) {
        self.tenant = tenant
        self.directory = directory
    }

    package var place: DirectoryPlace { DirectoryPlace(tenant: tenant, directory: directory) }

    package var health: Health {
        if held != nil { return .held }
        if failingSince != nil { return .unreachable }
        return lastSync == nil ? .never : .fine
    }
}

/// A removal that the brake refused.
package struct HeldRemoval: Codable, Sendable, Hashable {
    /// What would go: accounts, or groups and aliases.
    package var accounts: Int
    package var others: Int
    /// Of how many.
    package var allAccounts: Int
    package var allOthers: Int
    /// When it was refused first.
    package var since: Int64

    package init(accounts: Int, others: Int, allAccounts: Int, allOthers: Int, since: Int64) {
        self.accounts = accounts
        self.others = others
        self.allAccounts = allAccounts
        self.allOthers = allOthers
        self.since = since
    }

    package var sentence: String {
        let what = [
            accounts > 0 ? "\(accounts) of \(allAccounts) accounts" : nil,
            others > 0 ? "\(others) of \(allOthers) groups and aliases" : nil,
        ]
        return "the brake holds back the removal of \(what.compactMap(\.self).joined(separator: " and "))"
    }
}
