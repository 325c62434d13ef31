internal import Mail
internal import NIOConcurrencyHelpers

/// Copies that are filed and not yet durable in their mailboxes.
final class Flushes: Sendable {
    private struct State {
        var copies: [PendingCopy] = []
        var accounts: Set<AccountID> = []
        var waiter: CheckedContinuation<Bool, Never>?
        var isClosed = false
    }

    private let state = NIOLockedValueBox(State())

    func add(_ copies: [PendingCopy], of account: AccountID) {
        guard !copies.isEmpty else { return }
        let waiter = state.withLockedValue { state in
            state.copies += copies
            state.accounts.insert(account)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: true)
    }

    /// Returns when there is something to flush; false once closed.
    func wait() async -> Bool {
        await withCheckedContinuation { continuation in
            let answer = state.withLockedValue { state -> Bool? in
                if !state.copies.isEmpty { return true }
                if state.isClosed { return false }
                state.waiter = continuation
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    func take() -> (copies: [PendingCopy], accounts: Set<AccountID>) {
        state.withLockedValue { state in
            defer {
                state.copies = []
                state.accounts = []
            }
            return (state.copies, state.accounts)
        }
    }

    func close() {
        let waiter = state.withLockedValue { state in
            state.isClosed = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: false)
    }
}
