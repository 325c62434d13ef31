internal import Mail
internal import Store
internal import Synchronization

/// Hears of changes to the account whose mailbox is selected. Told on any thread, asked by the session.
final class MailboxWatch: Sendable {
    private let heard: Heard
    private let watch: ChangeWatch

    private final class Heard: Sendable {
        let newest = Atomic<UInt64>(0)
    }

    /// - Parameter changed: called with each change; it must neither wait nor call back.
    init(_ changes: Changes, of account: AccountID, changed: @escaping @Sendable () -> Void) {
        let heard = Heard()
        self.heard = heard
        watch = changes.watch(account) { notice in
            // A notice without a number says only that something happened.
            let number = notice.modSequence == .zero ? .max : notice.modSequence.value
            _ = heard.newest.max(number, ordering: .relaxed)
            changed()
        }
    }

    /// Whether there may be changes above `known`.
    func hasHeard(above known: ModSequence) -> Bool { heard.newest.load(ordering: .relaxed) > known.value }

    /// As if it had heard that something happened.
    func suspect() { heard.newest.store(.max, ordering: .relaxed) }

    /// Forgets what it has heard; before a look at all that happened.
    func forget() { heard.newest.store(0, ordering: .relaxed) }
}
