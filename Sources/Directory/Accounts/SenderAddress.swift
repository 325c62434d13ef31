package import Mail

/// An address that an account may send as (F9, F78).
package struct SenderAddress: Hashable, Sendable, Codable {
    package var address: Address
    package var displayName: String
    /// Whose address it is: the account itself, or a shared mailbox.
    package var account: AccountID

    package init(address: Address, displayName: String, account: AccountID) {
        self.address = address
        self.displayName = displayName
        self.account = account
    }
}
