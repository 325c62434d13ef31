package import Mail

/// A suggestion of the address picker: an account or a group of the same tenant (F12).
package struct Person: Hashable, Sendable {
    /// Nil for a group.
    package var account: AccountID?
    package var address: Address
    package var displayName: String

    package init(account: AccountID?, address: Address, displayName: String) {
        self.account = account
        self.address = address
        self.displayName = displayName
    }
}
