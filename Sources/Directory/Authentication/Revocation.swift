internal import LocalSocket
package import Mail

/// An account whose open sessions must end. Numbers grow and are never given twice, also across restarts.
package struct Revocation: Notice, Hashable {
    package static let name = "revocation"

    package var number: Int64
    package var account: AccountID
    package var reason: SessionEnd

    package init(number: Int64, account: AccountID, reason: SessionEnd) {
        self.number = number
        self.account = account
        self.reason = reason
    }
}

/// Asks for the revocations after a number, which a worker does when its connection has been away.
package struct RevocationsQuestion: Question {
    package static let name = "revocations"

    /// Nil asks for the latest number alone.
    package var after: Int64?

    package init(after: Int64?) { self.after = after }

    package struct Answer: Codable, Sendable {
        package var latest: Int64
        package var revocations: [Revocation]
        /// The oldest that is still known; nil where none is.
        package var oldest: Int64?

        package init(latest: Int64, revocations: [Revocation], oldest: Int64? = nil) {
            self.latest = latest
            self.revocations = revocations
            self.oldest = oldest
        }
    }
}
