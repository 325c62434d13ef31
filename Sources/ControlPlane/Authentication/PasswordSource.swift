package import Mail

/// Where the authentication service finds an account's hash.
package protocol PasswordSource: Sendable {
    /// The crypt(3) hash that a password has to meet; nil where the account has no password.
    func passwordHash(of account: AccountID) async throws -> String?
}
