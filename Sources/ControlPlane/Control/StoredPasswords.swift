package import Directory
package import Mail
internal import NIOPosix
internal import SQL

/// Reads hashes for the authentication service, beside whatever command is changing the host.
///
/// The hash of the files goes before one set by `user password`; both are never there for long, as that command refuses.
package actor StoredPasswords: PasswordSource {
    private static let pool: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        return pool
    }()

    private let lane = Lane(pool: StoredPasswords.pool)
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe lane.asUnownedSerialExecutor() }

    private let folders: HostFolders
    private var open: ControlDatabase?
    /// The files of the generation that was asked about last.
    private var files: (generation: Int, applied: Int64?)?

    package init(_ folders: HostFolders) { self.folders = folders }

    package func passwordHash(of account: AccountID) throws -> String? {
        let database = try database()
        guard let number = folders.generations.currentNumber else { return nil }
        if files?.generation != number { files = (number, try database.applied(generation: number)) }
        if let applied = files?.applied, let password = try database.filePassword(of: account, applied: applied) {
            return password.hash
        }
        return try database.commandPassword(of: account)
    }

    /// Between two notes of the use of one password, in seconds: each is a flush of the disk.
    private static let useNotes: Int64 = 600

    package func acceptsApplicationPassword(
        _ password: [UInt8], of account: AccountID, for service: LoginService, from remote: String
    ) async throws -> Bool {
        let database = try database()
        guard let digest = ApplicationPassword.digest(password),
            let found = try database.applicationPassword(digest: digest, of: account),
            found.scopes.contains(where: { $0.allows(service) })
        else { return false }
        let now = SystemTime.seconds
        if now - (found.lastUsed ?? 0) >= Self.useNotes {
            // Somebody may be changing the host for longer than one waits; the next use is noted then.
            try? database.noteUse(of: found.name, account: account, from: remote, at: now)
        }
        return true
    }

    private func database() throws -> ControlDatabase {
        if let open { return open }
        let database = try ControlDatabase(folders)
        open = database
        return database
    }
}
