internal import Directory
internal import LocalSocket
package import Mail
package import Store

extension MailStore {
    /// What an account holds; nothing where it was never opened. Makes no account.
    package func usage(of account: AccountID) async throws(StoreError) -> AccountUsage {
        guard try await exists(account) else { return AccountUsage(account: account, octets: 0, messages: 0) }
        let open = try await self.account(account)
        let usage = try await open.usage()
        let purgeable = try await open.folder(.trash).octets
        return AccountUsage(account: account, octets: usage.octets, messages: usage.messages, purgeable: purgeable)
    }

    func answer(_ question: UsageQuestion) async throws -> UsageQuestion.Answer {
        guard question.accounts.count <= UsageQuestion.mostAccounts else {
            throw Refusal(code: "too-many", reason: "at most \(UsageQuestion.mostAccounts) accounts are asked about at once")
        }
        var usages: [AccountUsage] = []
        for account in question.accounts {
            // One broken account does not hide the others.
            if let usage = try? await usage(of: account) { usages.append(usage) }
        }
        return UsageQuestion.Answer(accounts: usages)
    }

    /// Deletes an account, unless it lives in the generation in force.
    ///
    /// The control plane has looked already; this is the second wall, as nothing brings the mail back.
    func answer(_ question: PurgeAccountQuestion, under current: CurrentGeneration) async throws -> PurgeAccountQuestion.Answer {
        await current.refresh()
        let generation = current.value
        guard generation.number == question.generation else {
            throw Refusal(
                code: "other-generation",
                reason: "generation \(generation.number) is in force here, not \(question.generation); nothing was deleted")
        }
        let state = try await generation.account(question.account)?.state
        guard state == nil || state == .retired else {
            throw Refusal(
                code: "account-in-use",
                reason: "generation \(generation.number) has the account \(question.account.hex) in use; nothing was deleted")
        }
        // A damaged account goes too.
        let usage = try? await usage(of: question.account)
        try await remove(question.account)
        return PurgeAccountQuestion.Answer(octets: usage?.octets, messages: usage?.messages)
    }
}
