internal import Mail
internal import Wire

extension ClientSession {
    /// AUTH with an initial response, RFC 4954 §4.
    func logIn(_ login: ClientLogin) async throws {
        switch login {
        case .password(let name, let password):
            guard isEncrypted else { throw ClientError.notOffered("TLS") }
            try await authenticate("PLAIN", [0] + Array(name.utf8) + [0] + password)
        case .account(let id):
            try await authenticate("EXTERNAL", Array(id.hex.utf8))
        }
    }

    private func authenticate(_ mechanism: String, _ response: [UInt8]) async throws {
        guard extensions.parameters(of: "AUTH").contains(mechanism) else { throw ClientError.notOffered("AUTH \(mechanism)") }
        let answer = try await command("AUTH \(mechanism) \(Base64.encode(response))\r\n", .login)
        guard answer.code == 235 else { throw ClientError.refused(answer, .login) }
    }
}
