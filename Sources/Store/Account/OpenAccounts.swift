internal import Mail
internal import Synchronization

/// Which accounts have their databases open, the least recently used known.
final class OpenAccounts: Sendable {
    private struct State {
        var clock = 0
        var uses: [AccountID: (account: Account, time: Int)] = [:]
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    func use(_ account: Account) {
        state.withLock { state in
            state.clock += 1
            state.uses[account.id] = (account, state.clock)
        }
    }

    func forget(_ account: Account) { state.withLock { $0.uses[account.id] = nil } }

    /// Those that were not used for the longest time, so many that the limit is kept.
    func surplus() -> [Account] {
        state.withLock { state in
            guard state.uses.count > limit else { return [] }
            return state.uses.values.sorted { $0.time < $1.time }.prefix(state.uses.count - limit).map(\.account)
        }
    }

    func all() -> [Account] { state.withLock { $0.uses.values.map(\.account) } }
}
