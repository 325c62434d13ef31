internal import Directory
internal import LDAP
package import Logging
package import Mail
internal import MailConfiguration
internal import NIOConcurrencyHelpers
internal import NIOPosix
package import Provisioning
internal import SQL

/// A user whose password a directory checks.
package struct DirectoryPerson: Sendable, Equatable {
    package var source: DirectorySource
    package var stableID: String
    /// Other than before where the password is, as far as the directory tells.
    package var mark: String

    /// What a remembered password is bound to; no hash of a file looks like it.
    var proof: String { "directory \(source.configuration.id) \(stableID) \(mark)" }
}

/// How the authentication service asks directories.
package protocol DirectoryLogins: Sendable {
    /// Accounts of a tenant with a name to log in by that need not be an address.
    func accounts(named name: String, in tenant: TenantID) async throws -> [AccountID]
    /// Nil where no directory has the account.
    func person(_ account: AccountID) async throws -> DirectoryPerson?
    /// - Throws: where the directory cannot be asked.
    func check(_ password: [UInt8], of person: DirectoryPerson) async throws -> BindLogin.Verdict
}

/// No directories.
struct NoDirectoryLogins: DirectoryLogins {
    func accounts(named name: String, in tenant: TenantID) async throws -> [AccountID] { [] }
    func person(_ account: AccountID) async throws -> DirectoryPerson? { nil }
    func check(_ password: [UInt8], of person: DirectoryPerson) async throws -> BindLogin.Verdict { .wrong }
}

/// The directories of the host.
package actor HostDirectoryLogins: DirectoryLogins {
    package struct Limits: Sendable {
        /// Binds at once; each has a connection of its own, to a server that may be slow.
        var threads = 16
        var waiting = 128
        /// How long a directory that could not be reached is not asked again, so that log-ins need not wait for it.
        var rest: Duration = .seconds(10)

        package init() {}
    }

    private static let pool: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        return pool
    }()

    private let lane = Lane(pool: HostDirectoryLogins.pool)
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe lane.asUnownedSerialExecutor() }

    private let folders: HostFolders
    private let threads: WaitingThreads
    private let limits: Limits
    private let logger: Logger
    private var open: SnapshotDatabase?
    private var sources: [String: DirectorySource] = [:]
    private var restsUntil: [String: ContinuousClock.Instant] = [:]

    package init(_ folders: HostFolders, limits: Limits = Limits(), logger: Logger) {
        self.folders = folders
        self.limits = limits
        self.logger = logger
        threads = WaitingThreads(threads: limits.threads, waiting: limits.waiting)
    }

    /// The directories of the files as applied.
    package func use(_ sources: [DirectorySource]) {
        self.sources = Dictionary(sources.map { (Self.key($0.tenant, $0.configuration.id), $0) }) { $1 }
        restsUntil = [:]
    }

    private static func key(_ tenant: TenantID, _ directory: String) -> String { "\(tenant)/\(directory)" }

    private func database() throws -> SnapshotDatabase? {
        guard !sources.isEmpty else { return nil }
        if let open { return open }
        let made = try SnapshotDatabase(path: folders.snapshots)
        open = made
        return made
    }

    package func accounts(named name: String, in tenant: TenantID) throws -> [AccountID] {
        try database()?.accounts(named: name, in: tenant) ?? []
    }

    package func person(_ account: AccountID) throws -> DirectoryPerson? {
        guard let origin = try database()?.origin(of: account),
            let source = sources[Self.key(origin.tenant, origin.directory)]
        else { return nil }
        return DirectoryPerson(source: source, stableID: origin.stableID, mark: origin.mark)
    }

    package func check(_ password: [UInt8], of person: DirectoryPerson) async throws -> BindLogin.Verdict {
        let key = Self.key(person.source.tenant, person.source.configuration.id)
        if let until = restsUntil[key], until > .now { throw DirectoryRests() }
        let (login, stableID) = (BindLogin(person.source), person.stableID)
        do {
            let verdict = try await threads.run { try login.check(password, of: stableID) }
            restsUntil[key] = nil
            return verdict
        } catch let error as LDAPError {
            if error.kind == .unreachable || error.kind == .tls { restsUntil[key] = .now + limits.rest }
            logger.warning("directory cannot be asked about a password", metadata: ["directory": "\(key)", "cause": "\(error)"])
            throw error
        }
    }
}

/// It could not be reached a moment ago.
struct DirectoryRests: Error {}
