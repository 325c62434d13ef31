internal import Mail
internal import Synchronization

/// Which accounts have their databases open, the least recently used known.
final class OpenAccounts: Sendable {
    private struct State {
        var clock = 0
        var uses: [AccountID: (account: Account, time: Int, seconds: Int64)] = [:]
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// - Parameter seconds: the time, since 1970.
    func use(_ account: Account, at seconds: Int64) {
        state.withLock { state in
            state.clock += 1
            state.uses[account.id] = (account, state.clock, seconds)
        }
    }

    func isOpen(_ id: AccountID) -> Bool { state.withLock { $0.uses[id] != nil } }

    /// Octets of its pages that the account which is opened next keeps in memory at most.
    var nextCache: Int { PageCache.share(of: state.withLock { $0.uses.count } + 1) }

    func forget(_ account: Account) { state.withLock { $0.uses[account.id] = nil } }

    /// Those that were not used for the longest time, so many that the limit is kept.
    func surplus() -> [Account] {
        state.withLock { state in
            guard state.uses.count > limit else { return [] }
            return state.uses.values.sorted { $0.time < $1.time }.prefix(state.uses.count - limit).map(\.account)
        }
    }

    /// Those that were not used since then.
    func idle(since seconds: Int64) -> [Account] {
        state.withLock { $0.uses.values.filter { $0.seconds < seconds }.map(\.account) }
    }

    func all() -> [Account] { state.withLock { $0.uses.values.map(\.account) } }
}
