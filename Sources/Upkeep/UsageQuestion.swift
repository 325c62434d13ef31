internal import LocalSocket
package import Mail

/// Asks the mail worker how much mail accounts hold.
package struct UsageQuestion: Question {
    package static let name = "usage"
    /// Accounts in one question.
    package static let mostAccounts = 1_000

    package struct Answer: Codable, Hashable, Sendable {
        /// In the order of the question; an account that cannot be read is left out.
        package var accounts: [AccountUsage]

        package init(accounts: [AccountUsage]) { self.accounts = accounts }
    }

    package var accounts: [AccountID]

    /// - Parameter accounts: at most `mostAccounts`; more are refused (`too-many`).
    package init(accounts: [AccountID]) { self.accounts = accounts }
}

/// How much mail an account holds; copies count each. Nothing where it was never opened.
package struct AccountUsage: Codable, Hashable, Sendable {
    package var account: AccountID
    package var octets: Int
    package var messages: Int
    /// Of `octets`, what makes room for new mail when it is needed: the trash (F73).
    package var purgeable: Int

    package init(account: AccountID, octets: Int, messages: Int, purgeable: Int = 0) {
        self.account = account
        self.octets = octets
        self.messages = messages
        self.purgeable = purgeable
    }
}
