package import Mail

/// A shared mailbox that a user may open, and what may be done there (F74).
package struct SharedAccess: Hashable, Sendable, Codable {
    package var account: AccountID
    package var address: Address
    package var name: String
    package var rights: SharedRights

    package init(account: AccountID, address: Address, name: String, rights: SharedRights) {
        self.account = account
        self.address = address
        self.name = name
        self.rights = rights
    }
}

package struct SharedRights: OptionSet, Hashable, Sendable, Codable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Open it: read, file and delete.
    package static let read = SharedRights(rawValue: 1)
    /// Send as its address.
    package static let send = SharedRights(rawValue: 2)
    /// Edit its filters and absence message (F82).
    package static let manage = SharedRights(rawValue: 4)

    package static let all: SharedRights = [.read, .send, .manage]
}
