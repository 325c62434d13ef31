package import Mail

/// What commands say of accounts, beside the files.
package struct AccountOverrides: Sendable {
    /// Suspended by `user suspend`.
    package var suspended: Set<AccountID>

    package init(suspended: Set<AccountID> = []) { self.suspended = suspended }
}
