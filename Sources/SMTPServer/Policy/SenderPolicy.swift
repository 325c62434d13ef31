package import Directory
package import Mail
internal import SMTP

/// Who may send as whom (RFC 6409 §6.1), by the generation in force.
package struct SenderPolicy: Sendable {
    let generation: Generation
    let account: DirectoryAccount
    /// Addresses that a refusal names.
    let shown: Int

    package init(generation: Generation, account: DirectoryAccount, shown: Int = SMTPLimits().shownSenders) {
        self.generation = generation
        self.account = account
        self.shown = shown
    }

    /// MAIL FROM. The null reverse-path is everybody's: receipts have it (RFC 8098 §3).
    package func check(reversePath address: Address?) async -> Refusal? {
        guard let address else { return nil }
        return await check(address, "You may not send from <\(address)>")
    }

    /// The From field: each address in it.
    func check(from addresses: [Address]) async -> Refusal? {
        for address in addresses {
            if let refusal = await check(address, "The From field names <\(address)>") { return refusal }
        }
        return nil
    }

    private func check(_ address: Address, _ what: String) async -> Refusal? {
        do {
            if try await generation.maySend(account.id, as: address) { return nil }
            if let domain = try await generation.domain(address.domain), !domain.isActive {
                return Refusal(.unprovenSender(address.domain))
            }
            return Refusal(.maySendAs(what, allowed: account.senders.map(\.address), shown: shown))
        } catch { return Refusal(.directoryUnavailable, cause: "\(error)") }
    }
}
