internal import Directory
internal import Logging
internal import Mail
internal import MailConfiguration
internal import SMTP

extension SMTPConnection {
    func logIn(_ name: String, _ password: [UInt8]) async -> (reply: Reply, account: DirectoryAccount?) {
        let credentials = Credentials(name: name, password: password, service: .submission, remote: live.remote ?? "")
        let attempt = door.registry.beginLogin()
        switch await door.authenticator.authenticate(credentials) {
        case .accepted(let account): return register(account, attempt)
        case .rejected: return (.rejected, nil)
        case .suspended: return (.suspendedLogin, nil)
        case .throttled: return (.loginThrottled, nil)
        case .unavailable: return (.loginUnavailable, nil)
        }
    }

    /// The peer's process may act for any account that is active; the log-in was at the web's own door.
    func vouch(for id: String) async -> (reply: Reply, account: DirectoryAccount?) {
        guard let id = AccountID(hex: id.lowercased()) else { return (.rejected, nil) }
        let attempt = door.registry.beginLogin()
        do {
            guard let account = try await door.generation.value.account(id), account.state.isActive else {
                return (.rejected, nil)
            }
            return register(account, attempt)
        } catch {
            note(Refusal(.loginUnavailable, cause: "\(error)"))
            return (.loginUnavailable, nil)
        }
    }

    private func register(
        _ account: DirectoryAccount, _ attempt: LoginAttempt
    ) -> (reply: Reply, account: DirectoryAccount?) {
        let most = door.generation.value.host.limits.connectionsPerUser
        guard door.kind == .local || door.registry.count(account.id) < most else {
            return (.tooManySessions, nil)
        }
        token = door.registry.register(
            account.id, service: door.kind == .local ? .web : .submission, remote: live.remote ?? "", after: attempt
        ) { [live] _ in live.end(.loggedOut) }
        return (.loggedIn, account)
    }
}
