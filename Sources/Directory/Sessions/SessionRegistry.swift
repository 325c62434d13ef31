package import Mail
internal import NIOConcurrencyHelpers

/// The open sessions of one worker, by account, so that a suspension or a new password can end them.
package final class SessionRegistry: Sendable {
    private struct Entry {
        let account: AccountID
        let service: LoginService
        let remote: String
        /// Revocations up to this number were known when it logged in.
        let since: Int64
        let end: @Sendable (SessionEnd) -> Void
    }

    private struct State {
        var next: UInt64 = 0
        var entries: [UInt64: Entry] = [:]
        var byAccount: [AccountID: Set<UInt64>] = [:]
        var byRemote: [String: Int] = [:]
        /// Whose sessions were ended while a log-in is under way, by the log-in's number.
        var logins: [UInt64: [AccountID: SessionEnd]] = [:]
    }

    private let state = NIOLockedValueBox(State())

    package init() {}

    /// Begins to watch for revocations, before a password is checked: one that comes between the check and `register` is then
    /// not missed.
    package func beginLogin() -> LoginAttempt {
        let number = state.withLockedValue { state in
            state.next += 1
            state.logins[state.next] = [:]
            return state.next
        }
        return LoginAttempt(number: number, registry: self)
    }

    /// Notes a session that has logged in.
    ///
    /// - Parameters:
    ///   - attempt: begun before the account was looked at. Where the account's sessions have been ended since then, this one is
    ///     not noted, and `end` is called before the return. Nil for a session that was not begun just now.
    ///   - remote: the client's IP address, for `count(remote:)`.
    ///   - since: of a session that a process takes up from the run before it: the number of the latest revocation when it
    ///     logged in (`AuthenticationClient.latestRevocation`). Revocations up to it do not end the session.
    ///   - end: closes the session, saying why; called at most once, on any thread, and must not wait.
    /// - Returns: the session's entry: it is gone once this is released.
    package func register(
        _ account: AccountID, service: LoginService, remote: String, after attempt: LoginAttempt? = nil, since: Int64 = 0,
        end: @escaping @Sendable (SessionEnd) -> Void
    ) -> SessionToken {
        let (number, revoked) = state.withLockedValue { state -> (UInt64, SessionEnd?) in
            state.next += 1
            if let attempt, let reason = state.logins[attempt.number]?[account] { return (state.next, reason) }
            state.entries[state.next] = Entry(
                account: account, service: service, remote: remote, since: since, end: end)
            state.byAccount[account, default: []].insert(state.next)
            state.byRemote[remote, default: 0] += 1
            return (state.next, nil)
        }
        if let revoked { end(revoked) }
        return SessionToken(number: number, registry: self)
    }

    /// Ends every session of an account.
    ///
    /// - Parameter revocation: its number, where it is a revocation that ends them: sessions that began after it stay.
    package func end(_ account: AccountID, _ reason: SessionEnd, revocation: Int64 = .max) {
        let sessions = state.withLockedValue { state -> [Entry] in
            for login in state.logins.keys { state.logins[login]?[account] = reason }
            return Array(state.byAccount[account] ?? []).compactMap { number in
                state.entries[number].map { $0.since < revocation } == true ? Self.remove(number, from: &state) : nil
            }
        }
        for session in sessions { session.end(reason) }
    }

    /// Ends an account's sessions at services that it may not use any more.
    func end(_ account: AccountID, at services: Set<LoginService>, _ reason: SessionEnd) {
        let sessions = state.withLockedValue { state -> [Entry] in
            let numbers = (state.byAccount[account] ?? []).filter { number in
                state.entries[number].map { services.contains($0.service) } ?? false
            }
            return numbers.compactMap { Self.remove($0, from: &state) }
        }
        for session in sessions { session.end(reason) }
    }

    /// Open sessions of an account, over whatever service.
    package func count(_ account: AccountID) -> Int { state.withLockedValue { $0.byAccount[account]?.count ?? 0 } }

    /// Open sessions from an IP address.
    package func count(remote: String) -> Int { state.withLockedValue { $0.byRemote[remote] ?? 0 } }

    /// The accounts that have a session.
    package var accounts: [AccountID] { state.withLockedValue { Array($0.byAccount.keys) } }

    fileprivate func forget(_ number: UInt64) {
        state.withLockedValue { _ = Self.remove(number, from: &$0) }
    }

    fileprivate func endLogin(_ number: UInt64) {
        state.withLockedValue { _ = $0.logins.removeValue(forKey: number) }
    }

    private static func remove(_ number: UInt64, from state: inout State) -> Entry? {
        guard let entry = state.entries.removeValue(forKey: number) else { return nil }
        state.byAccount[entry.account]?.remove(number)
        if state.byAccount[entry.account]?.isEmpty == true { state.byAccount[entry.account] = nil }
        let left = (state.byRemote[entry.remote] ?? 1) - 1
        state.byRemote[entry.remote] = left > 0 ? left : nil
        return entry
    }
}

/// Why a session is ended from outside.
package enum SessionEnd: String, Hashable, Sendable, Codable {
    case passwordChanged, suspended, removed
}

/// A session's entry in the registry; releasing it takes the entry out.
package final class SessionToken: Sendable {
    private let number: UInt64
    private let registry: SessionRegistry

    fileprivate init(number: UInt64, registry: SessionRegistry) {
        self.number = number
        self.registry = registry
    }

    /// Takes the entry out now; a second call does nothing.
    package func deregister() { registry.forget(number) }

    deinit { registry.forget(number) }
}

/// A log-in under way; released when it is done, whatever came of it.
package final class LoginAttempt: Sendable {
    fileprivate let number: UInt64
    private let registry: SessionRegistry

    fileprivate init(number: UInt64, registry: SessionRegistry) {
        self.number = number
        self.registry = registry
    }

    deinit { registry.endLogin(number) }
}
