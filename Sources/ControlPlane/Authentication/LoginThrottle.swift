internal import Directory

/// Slows down guessing: failures make whoever fails wait, longer each time, by client and by account.
///
/// Nobody is locked out: a client from which an account has logged in before waits only for its own failures there, so
/// guessing from elsewhere never keeps the owner away. All tables are bounded. Times are since any fixed moment.
struct LoginThrottle: Sendable {
    struct Limits: Sendable {
        /// Failures before the first pause, of one client with any accounts.
        var freeForClient = 10
        /// Failures before the first pause, for one account from anywhere.
        var freeForAccount = 5
        /// Failures before the first pause, for one account from a client that it has logged in from.
        var freeForKnownPair = 10
        /// Distinct passwords being checked at once for one account.
        var checksForAccount = 5
        /// Distinct passwords being checked at once for one client.
        var checksForClient = 64
        /// The first pause; each further failure doubles it.
        var firstPause: Duration = .seconds(1)
        var longestPauseForClient: Duration = .seconds(900)
        var longestPauseForAccount: Duration = .seconds(60)
        /// After so long without a failure, all is forgotten.
        var memory: Duration = .seconds(3_600)
        /// Entries of each table; the oldest make room.
        var entries = 100_000
    }

    struct Attempt: Hashable, Sendable {
        /// Nil on a local socket.
        var client: NetworkPrefix?
        /// The account's id, or the folded name where no account has it.
        var login: String
    }

    private struct Failures: Sendable {
        var count = 0
        var last: Duration = .zero
    }

    private let limits: Limits
    private var clients: BoundedTable<NetworkPrefix, Failures>
    private var logins: BoundedTable<String, Failures>
    /// Pairs that have logged in, with the failures since.
    private var known: BoundedTable<Attempt, Failures>
    private var checkingLogins: [String: Int] = [:]
    private var checkingClients: [NetworkPrefix: Int] = [:]

    init(_ limits: Limits = Limits()) {
        self.limits = limits
        clients = BoundedTable(limit: limits.entries)
        logins = BoundedTable(limit: limits.entries)
        known = BoundedTable(limit: limits.entries)
    }

    /// How long this attempt has to wait; nil lets it be checked now, and `ended` must be called for it.
    mutating func begin(_ attempt: Attempt, at now: Duration) -> Duration? {
        let isKnown = known[attempt] != nil
        if let pause = pause(for: attempt, isKnown: isKnown, at: now) { return pause }
        let tooMany =
            !isKnown && checkingLogins[attempt.login, default: 0] >= limits.checksForAccount
            || attempt.client.map { checkingClients[$0, default: 0] >= limits.checksForClient } ?? false
        guard !tooMany else { return limits.firstPause }
        checkingLogins[attempt.login, default: 0] += 1
        if let client = attempt.client { checkingClients[client, default: 0] += 1 }
        return nil
    }

    enum Outcome: Sendable { case succeeded, failed, unchecked }

    mutating func ended(_ attempt: Attempt, _ outcome: Outcome, at now: Duration) {
        Self.decrement(&checkingLogins, attempt.login)
        if let client = attempt.client { Self.decrement(&checkingClients, client) }
        switch outcome {
        case .succeeded: known[attempt] = Failures()
        case .failed: note(attempt, at: now)
        case .unchecked: break
        }
    }

    private func pause(for attempt: Attempt, isKnown: Bool, at now: Duration) -> Duration? {
        if isKnown {
            return pause(known[attempt], free: limits.freeForKnownPair, longest: limits.longestPauseForAccount, at: now)
        }
        let ofClient = attempt.client.flatMap {
            pause(clients[$0], free: limits.freeForClient, longest: limits.longestPauseForClient, at: now)
        }
        let ofLogin = pause(
            logins[attempt.login], free: limits.freeForAccount, longest: limits.longestPauseForAccount, at: now)
        guard let ofClient, let ofLogin else { return ofClient ?? ofLogin }
        return max(ofClient, ofLogin)
    }

    /// What is left of the pause that begins with the last failure.
    private func pause(_ failures: Failures?, free: Int, longest: Duration, at now: Duration) -> Duration? {
        guard let failures, failures.count >= free, now - failures.last < limits.memory else { return nil }
        let doublings = min(failures.count - free, 20)
        let pause = min(limits.firstPause * (1 << doublings), longest)
        let left = failures.last + pause - now
        return left > .zero ? left : nil
    }

    // MARK: Beyond a restart

    /// One line of its tables: failures of a client, of an account, or of a pair that has logged in.
    struct Memory: Hashable, Sendable {
        var client: NetworkPrefix?
        var login: String?
        /// Of a pair; 0 after it has logged in.
        var failures: Int
        /// Since the last failure.
        var age: Duration
    }

    /// What is to be remembered, the newest of each table and no more than `limit` of each.
    func memories(at now: Duration, limit: Int) -> [Memory] {
        let ofClients = clients.all.filter { now - $0.value.last < limits.memory }.suffix(limit).map {
            Memory(client: $0.key, login: nil, failures: $0.value.count, age: now - $0.value.last)
        }
        let ofLogins = logins.all.filter { now - $0.value.last < limits.memory }.suffix(limit).map {
            Memory(client: nil, login: $0.key, failures: $0.value.count, age: now - $0.value.last)
        }
        let ofPairs = known.all.suffix(limit).compactMap { pair, failures -> Memory? in
            guard let client = pair.client else { return nil }
            return Memory(client: client, login: pair.login, failures: failures.count, age: max(.zero, now - failures.last))
        }
        return ofClients + ofLogins + ofPairs
    }

    /// Takes over what an earlier process remembered; before the first attempt.
    mutating func take(_ memories: [Memory], at now: Duration) {
        for memory in memories {
            let failures = Failures(count: memory.failures, last: now - memory.age)
            switch (memory.client, memory.login) {
            case (let client?, let login?): known[Attempt(client: client, login: login)] = failures
            case (let client?, nil): clients[client] = failures
            case (nil, let login?): logins[login] = failures
            case (nil, nil): break
            }
        }
    }

    private mutating func note(_ attempt: Attempt, at now: Duration) {
        if let client = attempt.client { clients[client] = another(clients[client], at: now) }
        logins[attempt.login] = another(logins[attempt.login], at: now)
        if let pair = known[attempt] { known[attempt] = another(pair, at: now) }
    }

    private func another(_ failures: Failures?, at now: Duration) -> Failures {
        guard let failures, now - failures.last < limits.memory else { return Failures(count: 1, last: now) }
        return Failures(count: failures.count + 1, last: now)
    }

    private static func decrement<Key>(_ table: inout [Key: Int], _ key: Key) {
        let left = (table[key] ?? 1) - 1
        table[key] = left > 0 ? left : nil
    }
}
