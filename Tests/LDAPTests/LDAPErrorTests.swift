import Testing

@testable import LDAP

@Suite("Result codes, RFC 4511 appendix A") struct LDAPErrorTests {
    @Test(arguments: [
        (49, true), (48, true), (50, true), (53, true), (19, true), (32, true), (1, false), (2, false), (3, false), (7, false),
        (8, false), (10, false), (11, false), (12, false), (13, false), (34, false), (51, false), (52, false), (54, false),
        (80, false), (118, false), (-1, false), (-5, false), (-11, false),
    ])
    func ofABind(code: Int32, isRefusedLogin: Bool) {
        #expect(LDAPError("bind", code: code).isRefusedLogin == isRefusedLogin)
    }
}
