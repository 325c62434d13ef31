internal import LocalSocket
package import Mail
package import Store

/// Asks the mail worker what differs between an account's databases and its files.
package struct StoreCheckQuestion: Question {
    package static let name = "store-check"

    package struct Answer: Codable, Sendable {
        package var findings: [Finding]
    }

    package var account: AccountID

    package init(account: AccountID) { self.account = account }
}

/// Asks the mail worker to make an account's derived data anew, and to mend its database from a snapshot where it is broken.
package struct StoreRebuildQuestion: Question {
    package static let name = "store-rebuild"
    package typealias Answer = RebuildReport

    package var account: AccountID

    package init(account: AccountID) { self.account = account }
}
