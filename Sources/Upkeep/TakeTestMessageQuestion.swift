internal import LocalSocket
package import Mail

/// Asks the mail worker whether a test message is in a mailbox, and takes it out of it.
///
/// Only messages that `malaposta doctor` made can be taken so: their ids begin with `doctor-`.
package struct TakeTestMessageQuestion: Question {
    package static let name = "take-test-message"
    package static let prefix = "doctor-"

    package struct Answer: Codable, Sendable {
        package var found: Bool
    }

    package var account: AccountID
    /// Without angle brackets.
    package var messageID: String

    package init(account: AccountID, messageID: String) {
        self.account = account
        self.messageID = messageID
    }
}
