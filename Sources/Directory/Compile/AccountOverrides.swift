package import Mail

/// What commands and the passing of time say of accounts, beside the files.
package struct AccountOverrides: Sendable {
    /// Suspended by `user suspend`.
    package var suspended: Set<AccountID>
    /// Accounts that left the files and whose grace period is not over, as they last were.
    package var retired: [DirectoryAccount]

    package init(suspended: Set<AccountID> = [], retired: [DirectoryAccount] = []) {
        self.suspended = suspended
        self.retired = retired
    }
}
