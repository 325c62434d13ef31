internal import Directory
internal import Logging
internal import Mail
internal import NIOCore
internal import Store
internal import Wire

extension Session {
    /// LOGIN, RFC 9051 §6.2.3.
    func login(_ name: ByteBuffer, _ password: ByteBuffer) async -> Reply {
        guard allowsPasswords else { return Self.privacyRequired }
        return await logIn(String(buffer: name), Array(password.readableBytesView))
    }

    /// AUTHENTICATE, RFC 9051 §6.2.2; PLAIN (RFC 4616) is the one mechanism, with or without initial response (RFC 4959).
    func authenticate(_ mechanism: Keyword, _ initial: ByteBuffer?) async throws -> Reply {
        guard mechanism == "PLAIN" else { return .no("There is no such mechanism here", .cannot) }
        guard allowsPasswords else { return Self.privacyRequired }
        let response: ByteBuffer
        if let initial {
            // RFC 4959 §3: `=` is an empty response.
            response = initial.readableBytesView.elementsEqual("=".utf8) ? ByteBuffer() : initial
        } else {
            replies.write("+ \r\n")
            guard let line = try await line() else { return .bad("Too long") }
            response = line
        }
        guard !response.readableBytesView.elementsEqual("*".utf8) else { return .bad("Cancelled") }
        guard let message = try? Base64.decode(response) else { return .bad("The response is not Base64") }
        return await plain(Array(message.readableBytesView))
    }

    /// `[authzid] NUL authcid NUL passwd`, RFC 4616 §2.
    private func plain(_ message: [UInt8]) async -> Reply {
        let parts = message.split(separator: .nul, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return .bad("The response is not of PLAIN") }
        let identity = String(decoding: parts[0], as: UTF8.self)
        let name = String(decoding: parts[1], as: UTF8.self)
        guard identity.isEmpty || identity == name else {
            return .no("Nobody logs in for somebody else here", .authorizationFailed)
        }
        return await logIn(name, Array(parts[2]))
    }

    private func logIn(_ name: String, _ password: [UInt8]) async -> Reply {
        guard !name.isEmpty, !password.isEmpty, !password.contains(.nul) else { return await refuseLogin() }
        let credentials = Credentials(name: name, password: password, service: .imap, remote: connection.remoteAddress)
        let attempt = services.sessions.beginLogin()
        switch await services.authenticator.authenticate(credentials) {
        case .accepted(let account): return await begin(account, attempt)
        case .rejected: return await refuseLogin()
        case .throttled(let delay):
            return .no("Too many failures, please wait \(max(1, delay.components.seconds)) seconds", .unavailable)
        case .suspended: return .no("This account is suspended", .contactAdmin)
        case .unavailable: return .no("Passwords cannot be checked now, please try again later", .unavailable)
        }
    }

    private func refuseLogin() async -> Reply {
        failedLogins += 1
        if failedLogins >= limits.failedLogins { sayGoodbyeAfterReply = "Too many failures" }
        return .no("The name or the password is wrong", .authenticationFailed)
    }

    private func begin(_ account: DirectoryAccount, _ attempt: LoginAttempt) async -> Reply {
        guard account.features.contains(.imap) else { return .no("This account may not use IMAP", .noPermission) }
        guard services.sessions.count(account.id) < services.limits.sessionsPerAccount else {
            return .no("Too many sessions of this account", .limit)
        }
        let connection = connection
        let token = services.sessions.register(
            account.id, service: .imap, remote: connection.remoteAddress, after: attempt
        ) { reason in connection.put(.ended(reason)) }
        // The number from before the check: what came into force meanwhile is looked at with the next command.
        let mail: Account
        do { mail = try await services.store.account(account.id) } catch { return refusal(of: error) }
        user = User(account: account, mail: mail, generation: -1, token: token)
        logger[metadataKey: "account"] = "\(account.id)"
        await lookAtGeneration()
        connection.allow(limits.idleTime, isRenewed: true)
        services.trashPurge.note(mail)
        return .ok("Welcome", .capability(capabilities))
    }

    static let privacyRequired = Reply.no("Passwords are taken under TLS alone", .privacyRequired)
}
