package import Directory
package import Logging
package import Mail
internal import Metering
internal import TLS

/// Checks passwords: the one place where that happens.
///
/// An unknown name costs the same hash as a known one. A check that cannot be made (too many wait, a file cannot be
/// read) is "unavailable", never "rejected".
package actor AuthenticationService: Authenticator {
    package struct Limits: Sendable {
        /// Octets of a login name; an address has no more (RFC 5321 §4.5.3.1).
        package var longestLogin = 320
        var throttle = LoginThrottle.Limits()
        var remembered = RememberedPasswords.Limits()
        var hashing = HashingThreads.Limits()

        package init() {}
    }

    private let generation: @Sendable () -> Generation
    private let passwords: any PasswordSource
    private let verify: @Sendable ([UInt8], String) -> Bool
    private let now: @Sendable () -> Duration
    private let logger: Logger
    private let threads: HashingThreads
    private let longestLogin: Int
    /// What a password of nobody is checked against.
    private let nobodysHash: String
    private let coalescingKey = SecureRandom.octets(32)
    private var throttle: LoginThrottle
    private var remembered: RememberedPasswords
    /// Attempts that are the same as one under way share its answer and its hash.
    private var underWay: [[UInt8]: [CheckedContinuation<AuthenticationResult, Never>]] = [:]

    package init(
        generation: @escaping @Sendable () -> Generation, passwords: any PasswordSource, limits: Limits = Limits(), logger: Logger
    ) {
        let start = ContinuousClock.now
        self.init(
            generation: generation, passwords: passwords, limits: limits, logger: logger,
            verify: { Crypt.verify($0, against: $1) }, now: { ContinuousClock.now - start })
    }

    init(
        generation: @escaping @Sendable () -> Generation, passwords: any PasswordSource, limits: Limits, logger: Logger,
        verify: @escaping @Sendable ([UInt8], String) -> Bool, now: @escaping @Sendable () -> Duration
    ) {
        self.generation = generation
        self.passwords = passwords
        self.verify = verify
        self.now = now
        self.logger = logger
        longestLogin = limits.longestLogin
        threads = HashingThreads(limits.hashing)
        throttle = LoginThrottle(limits.throttle)
        remembered = RememberedPasswords(limits.remembered)
        // Without a working crypt(3) every password is refused, also with this.
        nobodysHash = Crypt.hash(SecureRandom.hex(16).utf8.map { $0 }) ?? "*"
    }

    package func authenticate(_ credentials: Credentials) async -> AuthenticationResult {
        let start = ContinuousClock.now
        let result = await answer(credentials)
        Measures.logins.count(Measures.Login(result))
        Measures.loginTime.note(.now - start)
        return result
    }

    private func answer(_ credentials: Credentials) async -> AuthenticationResult {
        guard Crypt.isUsable(credentials.password), credentials.name.utf8.count <= longestLogin else { return .rejected }
        let key = coalescingDigest(credentials)
        if underWay[key] != nil {
            return await withCheckedContinuation { underWay[key]?.append($0) }
        }
        underWay[key] = []
        let result = await check(credentials)
        for waiting in underWay.removeValue(forKey: key) ?? [] { waiting.resume(returning: result) }
        return result
    }

    /// Forgets that a password of this account was verified.
    package func forget(_ account: AccountID) { remembered.forget(account) }

    // MARK: Beyond a restart

    /// Entries of each table that outlive a restart.
    static let remembered = 20_000

    func memories() -> [LoginThrottle.Memory] { throttle.memories(at: now(), limit: Self.remembered) }

    func take(_ memories: [LoginThrottle.Memory]) { throttle.take(memories, at: now()) }

    // MARK: One check

    private func check(_ credentials: Credentials) async -> AuthenticationResult {
        let attempt = await LoginThrottle.Attempt(client: NetworkPrefix(credentials.remote), login: counted(credentials.name))
        if let pause = throttle.begin(attempt, at: now()) {
            log("login throttled", credentials)
            return .throttled(retryAfter: pause)
        }
        let result = await verdict(on: credentials)
        switch result {
        case .accepted, .suspended: throttle.ended(attempt, .succeeded, at: now())
        case .rejected: throttle.ended(attempt, .failed, at: now())
        case .throttled, .unavailable: throttle.ended(attempt, .unchecked, at: now())
        }
        return result
    }

    /// The name by which failures are counted: one for all addresses of an account.
    private func counted(_ name: String) async -> String {
        guard let account = try? await generation().account(named: name) else { return name.lowercased() }
        return account.id.hex
    }

    private struct Candidate {
        var account: DirectoryAccount
        var hash: String
    }

    private func verdict(on credentials: Credentials) async -> AuthenticationResult {
        do {
            let candidate = try await candidate(for: credentials)
            guard try await isPassword(credentials.password, of: candidate) else {
                log("login refused", credentials)
                return .rejected
            }
            // The account or its password may have changed while the hash was computed.
            guard let candidate, let still = try await self.candidate(for: credentials), still.hash == candidate.hash,
                still.account.id == candidate.account.id
            else { return .rejected }
            guard still.account.state.isActive else { return .suspended }
            remembered.remember(still.account.id, credentials.password, hash: still.hash, at: now())
            return .accepted(still.account)
        } catch is TooManyChecks {
            logger.warning("too many password checks wait")
            return .unavailable
        } catch {
            logger.error("a password could not be checked", metadata: ["cause": "\(error)"])
            return .unavailable
        }
    }

    private struct TooManyChecks: Error {}

    /// Who could log in by this name, with what password; nil for nobody.
    private func candidate(for credentials: Credentials) async throws -> Candidate? {
        guard let account = try await generation().account(named: credentials.name), account.kind == .user,
            account.state != .retired, account.features.allow(credentials.service),
            let hash = try await passwords.passwordHash(of: account.id)
        else { return nil }
        return Candidate(account: account, hash: hash)
    }

    private func isPassword(_ password: [UInt8], of candidate: Candidate?) async throws -> Bool {
        if let candidate, remembered.holds(candidate.account.id, password, hash: candidate.hash, at: now()) { return true }
        let (verify, hash) = (verify, candidate?.hash ?? nobodysHash)
        guard let isRight = await threads.run({ verify(password, hash) }) else { throw TooManyChecks() }
        return isRight && candidate != nil
    }

    private func coalescingDigest(_ credentials: Credentials) -> [UInt8] {
        var octets: [UInt8] = []
        for part in [credentials.name, credentials.remote, credentials.service.rawValue] {
            octets += "\(part.utf8.count):".utf8
            octets += part.utf8
        }
        return SHA256.authenticationCode(for: octets + credentials.password, key: coalescingKey)
    }

    private func log(_ sentence: Logger.Message, _ credentials: Credentials) {
        logger.info(
            sentence,
            metadata: [
                "login": "\(credentials.name.debugDescription)", "service": "\(credentials.service.rawValue)",
                "remote": "\(credentials.remote)",
            ])
    }
}
