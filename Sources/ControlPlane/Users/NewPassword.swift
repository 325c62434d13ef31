/// What a password that a command sets has to be. NIST SP 800-63B §5.1.1.2: at least eight characters, nothing that the user is
/// called, and no rules of composition.
package enum PasswordRule {
    /// Unicode code points, each of which counts as a character.
    package static let fewestCharacters = 8

    /// - Parameter names: what the user is called: address, name, id. Cases are not told apart.
    /// - Throws: `ControlError.unusablePassword`, `.shortPassword`, `.guessablePassword`.
    static func check(_ password: [UInt8], of names: [String]) throws(ControlError) {
        guard Crypt.isUsable(password) else { throw .unusablePassword }
        let text = String(decoding: password, as: UTF8.self)
        guard text.unicodeScalars.count >= fewestCharacters else { throw .shortPassword }
        guard !names.contains(where: { $0.lowercased() == text.lowercased() }) else { throw .guessablePassword }
    }
}

/// Makes the hash of a password that a command sets.
enum NewPassword {
    /// - Parameter names: what the user is called.
    /// - Throws: as `PasswordRule.check`; `.busy` where too many are being made.
    static func hash(_ password: [UInt8], of names: [String], on threads: HashingThreads) async throws -> String {
        try PasswordRule.check(password, of: names)
        guard let made = await threads.run({ Crypt.hash(password) }) else { throw ControlError.busy }
        guard let hash = made else { throw ControlError.unusablePassword }
        return hash
    }
}

/// The password that goes into the first file of users.
package enum FirstPassword {
    /// - Parameter names: what the user is called.
    /// - Throws: `ControlError.unusablePassword`, `.shortPassword`, `.guessablePassword`.
    package static func hash(_ password: [UInt8], of names: [String]) async throws -> String {
        try await NewPassword.hash(password, of: names, on: HashingThreads(HashingThreads.Limits(threads: 1, waiting: 1)))
    }
}
