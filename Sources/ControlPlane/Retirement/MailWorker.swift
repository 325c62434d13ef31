internal import LocalSocket
package import Mail
package import Upkeep

/// The mail worker, which alone has the accounts' mail in hand, as the control plane asks it.
package struct MailWorker: Sendable {
    /// How long a plan waits for sizes.
    package static let patience: Duration = .seconds(5)

    private let client: LocalClient

    package init(_ folders: HostFolders) { client = LocalClient(path: folders.mailSocket) }

    /// What accounts hold, as far as the worker says it within `patience`; nothing where it is down.
    package func usage(of accounts: [AccountID]) async -> [AccountID: AccountUsage] {
        var found: [AccountID: AccountUsage] = [:]
        var left = accounts[...]
        while !left.isEmpty {
            let question = UsageQuestion(accounts: Array(left.prefix(UsageQuestion.mostAccounts)))
            guard let answer = try? await client.ask(question, within: Self.patience) else { break }
            for usage in answer.accounts { found[usage.account] = usage }
            left = left.dropFirst(UsageQuestion.mostAccounts)
        }
        return found
    }

    /// Deletes an account's mail, for good.
    func purge(_ account: AccountID, generation: Int) async throws(LocalSocketError) -> PurgeAccountQuestion.Answer {
        try await client.ask(
            PurgeAccountQuestion(account: account, generation: generation), within: PurgeAccountQuestion.deadline)
    }
}
