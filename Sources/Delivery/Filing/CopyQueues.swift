internal import Mail
internal import NIOConcurrencyHelpers
internal import NIOCore

/// One copy that is to be filed.
struct PendingCopy: Sendable {
    var entry: SpoolEntry
    /// Index of the entry's route.
    var route: Int
}

/// Copies by mailbox. Each mailbox is with one worker at a time, and what has gathered for it goes in one batch.
final class CopyQueues: Sendable {
    typealias Batch = (account: AccountID, copies: [PendingCopy])

    private struct State {
        var copies: [AccountID: CircularBuffer<PendingCopy>] = [:]
        var ready = CircularBuffer<AccountID>()
        var busy: Set<AccountID> = []
        var idle: [CheckedContinuation<Batch?, Never>] = []
        var isClosed = false
    }

    private let batch: Int
    private let state = NIOLockedValueBox(State())

    init(batch: Int) { self.batch = batch }

    func add(_ copy: PendingCopy, to account: AccountID) {
        let handed = state.withLockedValue { state -> (CheckedContinuation<Batch?, Never>, Batch)? in
            state.copies[account, default: CircularBuffer()].append(copy)
            guard !state.busy.contains(account) else { return nil }
            guard state.copies[account]?.count == 1 else { return nil }
            state.ready.append(account)
            guard let worker = state.idle.popLast(), let batch = take(&state) else { return nil }
            return (worker, batch)
        }
        if let (worker, batch) = handed { worker.resume(returning: batch) }
    }

    /// The next mailbox with its copies, in the order of arrival; nil once closed. `done` gives the mailbox back.
    func next() async -> Batch? {
        await withCheckedContinuation { continuation in
            let answer = state.withLockedValue { state -> Batch?? in
                if state.isClosed { return .some(nil) }
                if let batch = take(&state) { return .some(batch) }
                state.idle.append(continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    func done(_ account: AccountID) {
        let handed = state.withLockedValue { state -> (CheckedContinuation<Batch?, Never>, Batch)? in
            state.busy.remove(account)
            guard state.copies[account]?.isEmpty == false else {
                state.copies.removeValue(forKey: account)
                return nil
            }
            state.ready.append(account)
            guard let worker = state.idle.popLast(), let batch = take(&state) else { return nil }
            return (worker, batch)
        }
        if let (worker, batch) = handed { worker.resume(returning: batch) }
    }

    func close() {
        let idle = state.withLockedValue { state in
            state.isClosed = true
            defer { state.idle.removeAll() }
            return state.idle
        }
        for worker in idle { worker.resume(returning: nil) }
    }

    private func take(_ state: inout State) -> Batch? {
        guard let account = state.ready.popFirst(), var waiting = state.copies[account] else { return nil }
        let copies = Array(waiting.prefix(batch))
        waiting.removeFirst(copies.count)
        state.copies[account] = waiting
        state.busy.insert(account)
        return (account, copies)
    }
}
