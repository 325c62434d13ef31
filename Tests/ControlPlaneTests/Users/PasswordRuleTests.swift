import Testing

@testable import ControlPlane

@Suite("New passwords, NIST SP 800-63B §5.1.1.2") struct PasswordRuleTests {
    private static let names = ["rita.lima@acme.example", "rita.lima", "Rita Lima"]

    @Test(
        arguments: [
            ("", "unusable-password"), ("a", "short-password"), ("1234567", "short-password"), ("12345678", nil),
            // Characters count, not octets.
            ("ção ção", "short-password"), ("ção ção!", nil), ("correct horse battery staple", nil), ("        ", nil),
            ("eight\0eight", "unusable-password"), (String(repeating: "a", count: 511), nil),
            (String(repeating: "a", count: 512), "unusable-password"),
            ("rita.lima@acme.example", "guessable-password"), ("RITA.LIMA", "guessable-password"),
            ("rita lima", "guessable-password"), ("rita lima 1", nil),
        ] as [(String, String?)])
    func areRefusedByName(password: String, code: String?) {
        var found: String?
        do { try PasswordRule.check(Array(password.utf8), of: Self.names) } catch { found = error.code }
        #expect(found == code)
    }

    @Test func ofSetupAndOfCommandsAreHeldToTheSameRule() async throws {
        await #expect(throws: ControlError.self) { try await FirstPassword.hash(Array("short".utf8), of: []) }
        await #expect(throws: ControlError.self) {
            try await NewPassword.hash(Array("short".utf8), of: [], on: HashingThreads())
        }
        let hash = try await FirstPassword.hash(Array("long enough".utf8), of: Self.names)
        #expect(Crypt.verify(Array("long enough".utf8), against: hash))
    }
}
