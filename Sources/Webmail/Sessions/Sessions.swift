package import Directory
package import Logging
package import Mail
internal import NIOConcurrencyHelpers
internal import NIOPosix
internal import TLS
internal import Wire

/// The sessions of this host: in memory for each request, on disk for a restart.
///
/// Each is registered with the directory's `SessionRegistry`, which ends those of a user who is suspended or removed or has a
/// new password: the next request goes to the log-in page, and open event streams close.
package final class Sessions: Sendable {
    private struct State {
        var sessions: [String: WebSession] = [:]
        var registrations: [String: SessionToken] = [:]
        var endings: [String: SessionEnding] = [:]
        var watchers: [String: [Int: @Sendable () -> Void]] = [:]
        /// By session, then by place.
        var orders: [String: [String: ChosenOrder]] = [:]
        var next = 0
    }

    /// Ended sessions whose reason is remembered for the log-in page.
    private static let rememberedEndings = 10_000
    /// The last use is written down when it is this many seconds newer.
    private static let touchInterval: Int64 = 300

    private let state = NIOLockedValueBox(State())
    private let database: SessionDatabase
    private let registry: SessionRegistry
    private let currentLimits: @Sendable () -> WebLimits
    private let logger: Logger
    private let now: @Sendable () -> Int64
    private let latestRevocation: @Sendable () -> Int64

    /// - Parameter latestRevocation: the number of the latest one that is known.
    package init(
        folder: String, registry: SessionRegistry, limits: @escaping @Sendable () -> WebLimits, logger: Logger,
        now: @escaping @Sendable () -> Int64, latestRevocation: @escaping @Sendable () -> Int64 = { 0 }
    ) {
        database = SessionDatabase(path: "\(folder)/sessions.db", pool: .singleton)
        self.registry = registry
        currentLimits = limits
        self.logger = logger
        self.now = now
        self.latestRevocation = latestRevocation
    }

    private var limits: WebLimits { currentLimits() }

    /// Takes up the sessions of the run before.
    ///
    /// - Returns: the number after which a revocation may end one of them; nil without sessions.
    @discardableResult
    package func load() async throws -> Int64? {
        let sessions = try await database.all()
        let live = sessions.filter { !isOver($0) }
        try await database.delete(sessions.filter { isOver($0) }.map(\.id))
        for session in live { keep(session, remote: "") }
        for order in try await database.orders() {
            state.withLockedValue { state in
                guard state.sessions[order.session] != nil else { return }
                state.orders[order.session, default: [:]][order.place] = order.chosen
            }
        }
        return live.map(\.since).min()
    }

    // MARK: How lists are sorted

    /// How a session has last sorted the list of that place; nil where it did not.
    package func order(of place: String, in session: String) -> ChosenOrder? {
        state.withLockedValue { $0.orders[session]?[place] }
    }

    /// Lasts until the session ends (F30). Nil forgets it; beyond `WebLimits.ordersPerSession` places nothing is kept.
    package func setOrder(_ chosen: ChosenOrder?, of place: String, in session: String) {
        let isNew = state.withLockedValue { state -> Bool in
            let known = state.orders[session] ?? [:]
            guard state.sessions[session] != nil, known[place] != chosen else { return false }
            guard chosen == nil || known[place] != nil || known.count < limits.ordersPerSession else { return false }
            state.orders[session, default: [:]][place] = chosen
            return true
        }
        guard isNew else { return }
        let (database, logger) = (database, logger)
        Task {
            do { try await database.setOrder(chosen, of: place, in: session) } catch {
                logger.warning("how a list is sorted was not written down", metadata: ["cause": "\(error)"])
            }
        }
    }

    /// Before a password is checked.
    package func beginLogin() -> LoginAttempt { registry.beginLogin() }

    /// - Parameter attempt: begun before the password was checked; the session is over at once where it was revoked meanwhile.
    /// - Returns: the token for the cookie, and the session.
    package func begin(
        _ account: AccountID, remote: String, after attempt: LoginAttempt? = nil
    ) async throws -> (token: String, session: WebSession) {
        let token = SecureRandom.hex(32)
        let moment = now()
        let session = WebSession(
            id: Self.id(token), account: account, csrf: SecureRandom.hex(16), created: moment, used: moment,
            since: latestRevocation())
        let others = state.withLockedValue { $0.sessions.values.filter { $0.account == account } }
        let surplus = others.sorted { $0.used > $1.used }.dropFirst(limits.sessionsPerAccount - 1).map(\.id)
        try await database.insert(session)
        keep(session, remote: remote, after: attempt)
        for id in surplus { end(id, .expired) }
        return (token, session)
    }

    /// The session of that token; nil where it ended.
    package func session(_ token: String) -> WebSession? {
        guard token.utf8.count == 64 else { return nil }
        let id = Self.id(token)
        let moment = now()
        guard let session = state.withLockedValue({ $0.sessions[id] }) else { return nil }
        guard !isOver(session) else {
            end(id, .expired)
            return nil
        }
        guard moment - session.used >= Self.touchInterval else { return session }
        state.withLockedValue { $0.sessions[id]?.used = moment }
        let (database, logger) = (database, logger)
        Task {
            do { try await database.touch(id, used: moment) } catch {
                logger.warning("a session's last use was not written down", metadata: ["cause": "\(error)"])
            }
        }
        return session
    }

    /// Why the session of that token ended, where it is known.
    package func ending(_ token: String) -> SessionEnding? { state.withLockedValue { $0.endings[Self.id(token)] } }

    package func end(_ id: String, _ reason: SessionEnding) {
        let watchers = state.withLockedValue { state -> [@Sendable () -> Void] in
            guard state.sessions.removeValue(forKey: id) != nil else { return [] }
            state.registrations[id] = nil
            state.orders[id] = nil
            if state.endings.count >= Self.rememberedEndings { state.endings.removeAll() }
            state.endings[id] = reason
            return state.watchers.removeValue(forKey: id).map { Array($0.values) } ?? []
        }
        for watcher in watchers { watcher() }
        let (database, logger) = (database, logger)
        Task {
            do { try await database.delete([id]) } catch {
                logger.warning("an ended session was not deleted", metadata: ["cause": "\(error)"])
            }
        }
    }

    /// Calls `body` once when the session ends.
    ///
    /// - Returns: nil where the session is over already, or has too many watchers; else what takes the watcher away.
    package func watch(_ id: String, limit: Int, _ body: @escaping @Sendable () -> Void) -> (@Sendable () -> Void)? {
        let number = state.withLockedValue { state -> Int? in
            guard state.sessions[id] != nil, state.watchers[id, default: [:]].count < limit else { return nil }
            state.next += 1
            state.watchers[id, default: [:]][state.next] = body
            return state.next
        }
        guard let number else { return nil }
        return { [weak self] in self?.state.withLockedValue { $0.watchers[id]?[number] = nil } }
    }

    private func keep(_ session: WebSession, remote: String, after attempt: LoginAttempt? = nil) {
        state.withLockedValue { $0.sessions[session.id] = session }
        let registration = registry.register(
            session.account, service: .web, remote: remote, after: attempt, since: session.since
        ) { [weak self] reason in
            self?.end(session.id, SessionEnding(rawValue: reason.rawValue) ?? .expired)
        }
        state.withLockedValue { state in
            // It may be over already.
            if state.sessions[session.id] != nil { state.registrations[session.id] = registration }
        }
    }

    private func isOver(_ session: WebSession) -> Bool {
        let moment = now()
        return moment - session.used > limits.sessionIdle.components.seconds
            || moment - session.created > limits.sessionLife.components.seconds
    }

    private static func id(_ token: String) -> String { Hex.encode(SHA256.digest(of: Array(token.utf8))) }
}
