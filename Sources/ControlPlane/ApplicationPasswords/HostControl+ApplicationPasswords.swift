internal import Directory
internal import Mail
internal import SQL

extension HostControl {
    package func applicationPasswords(of user: String) throws -> [ApplicationPassword] {
        try database().applicationPasswords(of: person(user).id)
    }

    /// - Returns: the secret, which is shown once and kept nowhere.
    package func addApplicationPassword(
        _ name: String, scopes: [ApplicationPassword.Scope], to user: String
    ) throws -> String {
        let account = try person(user)
        let secret = ApplicationPassword.make()
        guard ApplicationPassword.isName(name), !scopes.isEmpty, let digest = ApplicationPassword.digest(Array(secret.utf8))
        else {
            throw ControlError.noSuchApplicationPassword(name)
        }
        let password = ApplicationPassword(
            name: name, scopes: ApplicationPassword.Scope.allCases.filter(scopes.contains), created: now())
        try locked { database in
            try database.connection.transaction {
                guard try database.applicationPasswords(of: account.id).count < ApplicationPassword.most else {
                    throw ControlError.tooManyApplicationPasswords
                }
                guard try database.addApplicationPassword(password, digest: digest, of: account.id) else {
                    throw ControlError.applicationPasswordExists(name)
                }
            }
        }
        return secret
    }

    /// Sessions of the user end, as nobody knows which of them it opened.
    package func removeApplicationPassword(_ name: String, of user: String) throws -> Outcome {
        let account = try person(user)
        return try locked { database in
            let revocations = try database.connection.transaction {
                guard try database.removeApplicationPassword(name, of: account.id) else {
                    throw ControlError.noSuchApplicationPassword(name)
                }
                return try database.revoking(at: now()) { try $0(account.id, .passwordChanged) }
            }
            return Outcome(generation: folders.generations.currentNumber ?? 0, revocations: revocations)
        }
    }

    private func person(_ name: String) throws -> DirectoryAccount {
        let account = try account(name)
        guard account.kind == .user else { throw ControlError.notAUser(name) }
        return account
    }
}
