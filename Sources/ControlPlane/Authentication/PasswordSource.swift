package import Directory
package import Mail

/// Where the authentication service finds an account's hash.
package protocol PasswordSource: Sendable {
    /// The crypt(3) hash that a password has to meet; nil where the account has no password.
    func passwordHash(of account: AccountID) async throws -> String?

    /// Whether a password of the form of application passwords is one of the account's, for this service; notes its use.
    func acceptsApplicationPassword(
        _ password: [UInt8], of account: AccountID, for service: LoginService, from remote: String
    ) async throws -> Bool
}

extension PasswordSource {
    package func acceptsApplicationPassword(
        _ password: [UInt8], of account: AccountID, for service: LoginService, from remote: String
    ) async throws -> Bool { false }
}
