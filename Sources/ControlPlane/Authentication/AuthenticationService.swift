package import Directory
package import Logging
package import Mail
internal import MailConfiguration
internal import Metering
internal import Provisioning
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
    private let directories: any DirectoryLogins
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
    private var refused = RefusedPasswords()
    /// Attempts that are the same as one under way share its answer and its hash.
    private var underWay: [[UInt8]: [CheckedContinuation<AuthenticationResult, Never>]] = [:]

    package init(
        generation: @escaping @Sendable () -> Generation, passwords: any PasswordSource,
        directories: (any DirectoryLogins)? = nil, limits: Limits = Limits(), logger: Logger
    ) {
        let start = ContinuousClock.now
        self.init(
            generation: generation, passwords: passwords, directories: directories ?? NoDirectoryLogins(), limits: limits,
            logger: logger, verify: { Crypt.verify($0, against: $1) }, now: { ContinuousClock.now - start })
    }

    init(
        generation: @escaping @Sendable () -> Generation, passwords: any PasswordSource,
        directories: any DirectoryLogins = NoDirectoryLogins(), limits: Limits, logger: Logger,
        verify: @escaping @Sendable ([UInt8], String) -> Bool, now: @escaping @Sendable () -> Duration
    ) {
        self.generation = generation
        self.passwords = passwords
        self.directories = directories
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
    package func forget(_ account: AccountID) {
        remembered.forget(account)
        refused.forget(account)
    }

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
        guard let account = try? await account(named: name) else { return name.lowercased() }
        return account.id.hex
    }

    /// By an address; else by a name that its directory has for it, with a domain of its tenant. Without one, and with a domain
    /// that is nobody's here, such as ana@corp.local, only where the host has a single tenant: of several, one's directory would be
    /// told what another's people type, and could keep them out by having their names. An address always goes before, so that no
    /// entry can take somebody else's.
    private func account(named name: String) async throws -> DirectoryAccount? {
        let generation = generation()
        if let account = try await generation.account(named: name) { return account }
        let parts = name.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2, let domain = try? DomainName(parts[1]), let hosted = try await generation.domain(domain) {
            for text in [parts[0], name] {
                let found = try await directories.accounts(named: text, in: hosted.tenant)
                if let account = try await single(found, generation) { return account }
            }
            return nil
        }
        let tenants = try await generation.tenants()
        guard tenants.count == 1, let tenant = tenants.first else { return nil }
        return try await single(directories.accounts(named: name, in: tenant.id), generation)
    }

    private func single(_ found: [AccountID], _ generation: Generation) async throws -> DirectoryAccount? {
        guard found.count == 1, let id = found.first else { return nil }
        return try await generation.account(id)
    }

    private struct Candidate {
        var account: DirectoryAccount
        /// The hash that the password has to meet; of a directory's account what stands for it.
        var hash: String
        /// Where a directory is asked.
        var person: DirectoryPerson?
    }

    private func verdict(on credentials: Credentials) async -> AuthenticationResult {
        do {
            if ApplicationPassword.hasForm(credentials.password) { return try await applicationVerdict(on: credentials) }
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
            if still.person == nil { remembered.remember(still.account.id, credentials.password, hash: still.hash, at: now()) }
            return .accepted(still.account)
        } catch let pause as DirectoryPause {
            log("login throttled before its directory", credentials)
            return .throttled(retryAfter: pause.time)
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
        guard let account = try await account(for: credentials) else { return nil }
        if let person = try await directories.person(account.id) {
            return Candidate(account: account, hash: person.proof, person: person)
        }
        return try await passwords.passwordHash(of: account.id).map { Candidate(account: account, hash: $0) }
    }

    private func account(for credentials: Credentials) async throws -> DirectoryAccount? {
        guard let account = try await account(named: credentials.name), account.kind == .user, account.state != .retired,
            account.features.allow(credentials.service)
        else { return nil }
        return account
    }

    // MARK: Application passwords

    /// One of the account's, or none: what looks like one is asked of nobody else.
    private func applicationVerdict(on credentials: Credentials) async throws -> AuthenticationResult {
        guard let account = try await account(for: credentials),
            try await passwords.acceptsApplicationPassword(
                credentials.password, of: account.id, for: credentials.service, from: credentials.remote)
        else {
            log("login with an application password refused", credentials)
            return .rejected
        }
        // It may have been suspended meanwhile.
        guard let still = try await self.account(for: credentials), still.id == account.id else { return .rejected }
        return still.state.isActive ? .accepted(still) : .suspended
    }

    // MARK: Directories

    /// The directory has had enough wrong passwords of this account for now.
    private struct DirectoryPause: Error {
        var time: Duration
    }

    private func isPassword(_ password: [UInt8], of account: DirectoryAccount, _ person: DirectoryPerson) async throws -> Bool {
        // Nobody asks about those who may not come in anyway.
        guard account.state.isActive else { return remembered.holds(account.id, password, hash: person.proof, at: now()) }
        let login = person.source.configuration.login
        if remembered.holds(account.id, password, hash: person.proof, within: login.remember, at: now()) { return true }
        if refused.holds(account.id, password, proof: person.proof, at: now()) { return false }
        if let pause = refused.pause(account.id, failures: login.failures, window: login.window, at: now()) {
            throw DirectoryPause(time: pause)
        }
        do {
            switch try await directories.check(password, of: person) {
            case .right:
                remembered.remember(account.id, password, hash: person.proof, at: now())
                refused.forget(account.id)
                return true
            case .wrong:
                refused.note(account.id, password, proof: person.proof, at: now())
                // The one that was right is right no more, where it is this one.
                if remembered.holds(account.id, password, hash: person.proof, within: login.outage, at: now()) {
                    remembered.forget(account.id)
                }
                return false
            }
        } catch {
            if remembered.holds(account.id, password, hash: person.proof, within: login.outage, at: now()) { return true }
            throw error
        }
    }

    private func isPassword(_ password: [UInt8], of candidate: Candidate?) async throws -> Bool {
        if let candidate, let person = candidate.person {
            return try await isPassword(password, of: candidate.account, person)
        }
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
