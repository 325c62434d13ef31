internal import LocalSocket
package import Mail

/// Asks the mail worker to delete an account with all its mail, for good. Asked again of an account that is gone, it is done.
///
/// The asker's generation is the proof that both speak of the same host: the worker looks at that very one itself, and refuses
/// (`other-generation`) where it has another in force, and (`account-in-use`) where the account is active or suspended in it.
package struct PurgeAccountQuestion: Question {
    package static let name = "purge-account"
    /// How long the mail of a large account may take to delete.
    package static let deadline: Duration = .seconds(300)

    package struct Answer: Codable, Hashable, Sendable {
        /// What was deleted: 0 where nothing was left, nil where the account's database could not be read.
        package var octets: Int?
        package var messages: Int?

        package init(octets: Int?, messages: Int?) {
            self.octets = octets
            self.messages = messages
        }
    }

    package var account: AccountID
    /// The number of the generation in force.
    package var generation: Int

    package init(account: AccountID, generation: Int) {
        self.account = account
        self.generation = generation
    }
}
