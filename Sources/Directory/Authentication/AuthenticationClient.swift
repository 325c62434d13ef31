internal import LocalSocket
package import Logging
internal import Mail
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle

/// A worker's way to the authentication service: asks about passwords, and ends sessions when told to.
package final class AuthenticationClient: Authenticator, Service {
    /// How long a worker waits for an answer before it says temporary failure.
    package static let deadline: Duration = .seconds(10)

    private struct State {
        /// The last revocation acted on; nil before the first connection.
        var latest: Int64?
        /// Revocations of accounts while a question is under way, by the question's number.
        var next = 0
        var underWay: [Int: Set<AccountID>] = [:]
    }

    private let client: LocalClient
    private let sessions: SessionRegistry
    private let logger: Logger
    private let state = NIOLockedValueBox(State())

    /// The number of the last revocation that this client knows of; nil before it was connected.
    package var latestRevocation: Int64? { state.withLockedValue { $0.latest } }

    /// Has the first connection ask for what was revoked after a number: of a process that takes up the sessions of the run before
    /// it. Call it before `run`, with those sessions registered.
    package func catchUp(after number: Int64) { state.withLockedValue { $0.latest = number } }

    /// - Parameter path: of the control plane's authentication socket, `auth.sock` in the run folder.
    package init(path: String, sessions: SessionRegistry, logger: Logger) {
        client = LocalClient(path: path)
        self.sessions = sessions
        self.logger = logger
        client.onNotice(Revocation.self) { [weak self] in self?.act(on: $0) }
    }

    /// Keeps the connection by which revocations arrive, until the program stops.
    package func run() async {
        await cancelWhenGracefulShutdown { [self] in
            await client.stayConnected { await self.catchUp() }
        }
    }

    package func authenticate(_ credentials: Credentials) async -> AuthenticationResult {
        let question = state.withLockedValue { state in
            state.next += 1
            state.underWay[state.next] = []
            return state.next
        }
        let result: AuthenticationResult
        do {
            result = try await AuthenticationResult(client.ask(AuthenticateQuestion(credentials), within: Self.deadline))
        } catch {
            logger.warning("authentication service gave no answer", metadata: ["cause": "\(error)"])
            result = .unavailable
        }
        let revoked = state.withLockedValue { $0.underWay.removeValue(forKey: question) } ?? []
        // The password may have been changed after it was checked: the client asks again, and gets today's answer.
        if case .accepted(let account) = result, revoked.contains(account.id) { return .unavailable }
        return result
    }

    // MARK: Revocations

    private func act(on revocation: Revocation) {
        state.withLockedValue { state in
            state.latest = max(state.latest ?? 0, revocation.number)
            for question in state.underWay.keys { state.underWay[question]?.insert(revocation.account) }
        }
        sessions.end(revocation.account, revocation.reason, revocation: revocation.number)
    }

    /// What was told while nobody listened.
    private func catchUp() async {
        let after = state.withLockedValue { $0.latest }
        do {
            let answer = try await client.ask(RevocationsQuestion(after: after))
            // Whom older ones meant is not known any more: everybody logs in again.
            if let after, let oldest = answer.oldest, after < oldest - 1 {
                for account in sessions.accounts { sessions.end(account, .passwordChanged, revocation: oldest) }
            }
            for revocation in answer.revocations { act(on: revocation) }
            state.withLockedValue { $0.latest = max($0.latest ?? 0, answer.latest) }
        } catch {
            logger.warning("revocations could not be asked for", metadata: ["cause": "\(error)"])
        }
    }
}
