internal import Mail
internal import NIOConcurrencyHelpers

/// Which entries are being delivered just now, and how many of their copies are still out.
final class Attempts: Sendable {
    private struct State {
        var open: [EntryID: Int] = [:]
        var cancelled: Set<EntryID> = []
        /// Held-back entries whose delivery has begun: too late for Undo.
        var sent: Set<EntryID> = []
        /// What Undo was told of entries that are gone.
        var told: [EntryID: Told] = [:]
        var waiting: [EntryID: [CheckedContinuation<Void, Never>]] = [:]
        var isPaused = true
        var isClosed = false
        var arrived: [SpoolEntry] = []
    }

    private struct Told {
        var account: AccountID
        var answer: QueueCancelQuestion.Answer
        /// Seconds since 1970.
        var time: Int64
    }

    private let state = NIOLockedValueBox(State())
    /// Seconds for which an answer to Undo is remembered.
    private static let memory: Int64 = 600

    /// Registers an attempt; false where one is under way, or the entry was cancelled.
    ///
    /// - Parameter isDelivery: whether it does more than filing the Sent copy of an entry that is held back.
    func begin(_ entry: SpoolEntry, copies: Int, isDelivery: Bool) -> Bool {
        state.withLockedValue { state in
            guard state.open[entry.id] == nil, !state.cancelled.contains(entry.id) else { return false }
            state.open[entry.id] = copies
            if isDelivery, entry.acceptance.notBefore != nil { state.sent.insert(entry.id) }
            return true
        }
    }

    /// Whether that was the attempt's last copy.
    func settle(_ id: EntryID) -> Bool {
        state.withLockedValue { state in
            guard let copies = state.open[id] else { return false }
            state.open[id] = copies - 1
            return copies == 1
        }
    }

    func end(_ id: EntryID) {
        let waiting = state.withLockedValue { state in
            state.open.removeValue(forKey: id)
            return state.waiting.removeValue(forKey: id) ?? []
        }
        for continuation in waiting { continuation.resume() }
    }

    func forget(_ id: EntryID) {
        state.withLockedValue { state in
            state.sent.remove(id)
            state.cancelled.remove(id)
        }
    }

    /// False where its delivery has begun; no attempt begins after it said true.
    func cancel(_ id: EntryID) -> Bool {
        state.withLockedValue { state in
            guard !state.sent.contains(id) else { return false }
            state.cancelled.insert(id)
            return true
        }
    }

    /// Keeps what Undo was told: an answer may get lost, and whoever asks again is to hear the same.
    func remember(_ answer: QueueCancelQuestion.Answer, of id: EntryID, to account: AccountID, at time: Int64) {
        state.withLockedValue { state in
            state.told = state.told.filter { time - $0.value.time < Self.memory }
            state.told[id] = Told(account: account, answer: answer, time: time)
        }
    }

    /// What Undo was told of that account's entry before.
    func told(_ id: EntryID, _ account: AccountID) -> QueueCancelQuestion.Answer? {
        state.withLockedValue { state in state.told[id].flatMap { $0.account == account ? $0.answer : nil } }
    }

    func isOpen(_ id: EntryID) -> Bool { state.withLockedValue { $0.open[id] != nil } }

    /// Nothing more ends: lets everyone go who waits for that.
    func close() {
        let waiting = state.withLockedValue { state in
            state.isClosed = true
            defer { state.waiting.removeAll() }
            return state.waiting.values.joined()
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns once no attempt of the entry is under way, or delivering has stopped.
    func ended(_ id: EntryID) async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLockedValue { state in
                guard state.open[id] != nil, !state.isClosed else { return false }
                state.waiting[id, default: []].append(continuation)
                return true
            }
            if !isOpen { continuation.resume() }
        }
    }

    /// Keeps an arrival back while suspects are tried alone; false where it may begin.
    func keepsBack(_ entry: SpoolEntry) -> Bool {
        state.withLockedValue { state in
            if state.isPaused { state.arrived.append(entry) }
            return state.isPaused
        }
    }

    /// Whether suspects are being tried alone.
    var isPaused: Bool { state.withLockedValue { $0.isPaused } }

    /// Ends the pause.
    func resume() -> [SpoolEntry] {
        state.withLockedValue { state in
            state.isPaused = false
            defer { state.arrived.removeAll() }
            return state.arrived
        }
    }
}
