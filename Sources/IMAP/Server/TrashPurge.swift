internal import Logging
internal import Store

/// Deletes for good what has been in the trash of whoever logs in for more than seven days.
///
/// Log-ins only note the account; one task of the server purges, one account after the other, so that no answer waits for it.
package final class TrashPurge: Sendable {
    /// Accounts that may wait; beyond, the one that has waited longest is left to its next log-in.
    private static let waiting = 1_000

    private let accounts: AsyncStream<Account>
    private let inlet: AsyncStream<Account>.Continuation

    package init() {
        (accounts, inlet) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.waiting))
    }

    /// Somebody has logged in to this account.
    func note(_ account: Account) { inlet.yield(account) }

    /// Purges until the task is cancelled.
    func run(_ logger: Logger) async {
        for await account in accounts {
            do { try await account.purgeTrash() } catch {
                logger.error("trash could not be purged", metadata: ["account": "\(account.id)", "cause": "\(error)"])
            }
        }
    }
}
