package import Mail
internal import NIOConcurrencyHelpers

/// How full mailboxes are, remembered for a few seconds so that RCPT seldom asks the store.
package final class MailboxUsages: Sendable {
    private struct Remembered {
        var usage: MailboxUsage
        var until: Int64
    }

    private let mailboxes: any Mailboxes
    private let limits: DeliveryLimits
    private let now: @Sendable () -> Int64
    private let remembered = NIOLockedValueBox<[AccountID: Remembered]>([:])

    /// - Parameter now: seconds since 1970.
    package init(mailboxes: any Mailboxes, limits: DeliveryLimits = DeliveryLimits(), now: @escaping @Sendable () -> Int64) {
        self.mailboxes = mailboxes
        self.limits = limits
        self.now = now
    }

    /// Whether nothing more fits in, were the trash emptied (F73).
    package func isFull(_ account: AccountID, quota: ByteCount) async throws -> Bool {
        try await usage(of: account).isFull(quota: quota)
    }

    private func usage(of account: AccountID) async throws -> MailboxUsage {
        let now = now()
        if let known = remembered.withLockedValue({ $0[account] }), known.until > now { return known.usage }
        let usage = try await mailboxes.usage(of: account)
        remembered.withLockedValue { remembered in
            if remembered.count >= limits.usagesRemembered { remembered.removeAll(keepingCapacity: true) }
            remembered[account] = Remembered(usage: usage, until: now + limits.usageMemory)
        }
        return usage
    }
}
