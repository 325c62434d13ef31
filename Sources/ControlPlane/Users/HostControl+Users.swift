package import Directory
package import Mail
internal import MailConfiguration
internal import Provisioning
internal import SQL

/// A user as commands show one.
package struct UserRecord: Codable, Sendable, Hashable {
    package enum PasswordPlace: String, Codable, Sendable {
        case files, command, none
        /// A directory checks it.
        case directory
    }

    package var account: DirectoryAccount
    package var password: PasswordPlace
    /// Where the hash is written; nil unless it stands in the files.
    package var passwordPosition: String?
    /// Suspended by `user suspend`.
    package var suspendedByCommand: Bool
}

extension DirectoryAccount {
    /// What the user is called, which no password should be.
    var ownNames: [String] { [address.description, address.localPart, displayName] }
}

extension HostControl {
    /// Calls `body` with each user and shared mailbox of one tenant or of all, in the order of tenants and addresses, and with how
    /// many characters their longest address has. One of them is in memory.
    package func forEachUser(tenant: TenantID?, _ body: @Sendable (UserRecord, _ width: Int) throws -> Void) throws {
        guard let number = folders.generations.currentNumber else { throw ControlError.noGeneration }
        let reader = GenerationReader(folders.generations, number: number)
        let commands = try database().suspended()
        let tenants = try reader.outline().tenants.map(\.tenant.id).filter { tenant == nil || $0 == tenant }
        let width = try tenants.map(reader.longestAddress).max() ?? 0
        for tenant in tenants {
            try reader.forEachAccount(of: tenant, by: .address) { try body(record($0, commands), width) }
        }
    }

    /// - Parameter name: the main address or an alias.
    package func user(_ name: String) throws -> UserRecord { try record(account(name), database().suspended()) }

    /// Sets a password. The hash is made before, as that takes long.
    ///
    /// - Throws: `.passwordInFiles` where the files carry one; `.notAUser`, `.noSuchUser`, `.busy`.
    package func setPassword(hash: String, of name: String) throws -> Outcome {
        let account = try mayHavePassword(name)
        return try locked { database in
            let revocations = try database.connection.transaction {
                try database.setPassword(hash, of: account.id, at: now())
                return try database.revoking(at: now()) { try $0(account.id, .passwordChanged) }
            }
            return Outcome(generation: folders.generations.currentNumber ?? 0, revocations: revocations)
        }
    }

    /// Whether `setPassword` can be done.
    ///
    /// - Throws: as that does.
    @discardableResult
    package func mayHavePassword(_ name: String) throws -> DirectoryAccount {
        let account = try account(name)
        guard account.kind == .user else { throw ControlError.notAUser(name) }
        if let directory = try directoryID(of: account) { throw ControlError.passwordInDirectory(directory) }
        if let position = try filePassword(of: account)?.position { throw ControlError.passwordInFiles(position) }
        return account
    }

    /// Stops logins of a user now, and defers mail to it (450 4.2.1), until `resume`.
    package func suspend(_ name: String) throws -> Outcome {
        let account = try account(name)
        return try locked { database in
            try database.suspend(account.id, at: now())
            return try recompile(reason: "suspend \(account.address)")
        }
    }

    package func resume(_ name: String) throws -> Outcome {
        let account = try account(name)
        return try locked { database in
            guard try database.resume(account.id) else {
                throw account.state.isActive ? ControlError.isNotSuspended(name) : ControlError.isSuspendedInFiles(name)
            }
            return try recompile(reason: "resume \(account.address)")
        }
    }

    // MARK: Look-ups

    /// - Throws: `ControlError.noGeneration`.
    func contentInForce() throws -> GenerationContent {
        guard let number = folders.generations.currentNumber else { throw ControlError.noGeneration }
        return try GenerationReader(folders.generations, number: number).content()
    }

    /// Whose password is checked by binding there.
    private func directoryID(of account: DirectoryAccount) throws -> String? {
        guard Disk.exists(folders.snapshots) else { return nil }
        return try snapshots().origin(of: account.id)?.directory
    }

    func account(_ name: String) throws -> DirectoryAccount {
        guard let number = folders.generations.currentNumber else { throw ControlError.noGeneration }
        let reader = GenerationReader(folders.generations, number: number)
        guard let wanted = try? Address(name),
            let domain = try reader.outline().tenants.lazy.flatMap(\.domains).first(where: { $0.name == wanted.domain }),
            case .account(let id)? = try reader.route(of: domain.canonical(wanted), in: domain.tenant),
            let account = try reader.account(id, of: domain.tenant), account.state != .retired
        else { throw ControlError.noSuchUser(name) }
        return account
    }

    private func filePassword(of account: DirectoryAccount) throws -> FilePassword? {
        let database = try database()
        guard let number = folders.generations.currentNumber, let applied = try database.applied(generation: number) else {
            return nil
        }
        return try database.filePassword(of: account.id, applied: applied)
    }

    private func record(_ account: DirectoryAccount, _ suspendedByCommand: Set<AccountID>) throws -> UserRecord {
        let database = try database()
        let inFiles = try filePassword(of: account)
        let byCommand = try database.commandPassword(of: account.id) != nil
        let isDirectorys = try directoryID(of: account) != nil
        return UserRecord(
            account: account, password: isDirectorys ? .directory : inFiles != nil ? .files : byCommand ? .command : .none,
            passwordPosition: inFiles.map { "\($0.position)" },
            suspendedByCommand: suspendedByCommand.contains(account.id))
    }
}
