/// Makes the hash of a password that a command sets.
enum NewPassword {
    /// - Throws: `ControlError.unusablePassword`; `.busy` where too many are being made.
    static func hash(_ password: [UInt8], on threads: HashingThreads) async throws -> String {
        guard Crypt.isUsable(password) else { throw ControlError.unusablePassword }
        guard let made = await threads.run({ Crypt.hash(password) }) else { throw ControlError.busy }
        guard let hash = made else { throw ControlError.unusablePassword }
        return hash
    }
}

/// The password that goes into the first file of users.
package enum FirstPassword {
    /// - Throws: `ControlError.unusablePassword`.
    package static func hash(_ password: [UInt8]) async throws -> String {
        try await NewPassword.hash(password, on: HashingThreads(HashingThreads.Limits(threads: 1, waiting: 1)))
    }
}
