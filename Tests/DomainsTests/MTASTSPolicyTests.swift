import DNS
import Domains
import Testing

@Suite("MTA-STS policies, RFC 8461 §3.2") struct MTASTSPolicyTests {
    private static let right = "version: STSv1\nmode: enforce\nmx: mail.d.example\nmx: *.x.example\nmax_age: 86400\n"

    @Test(arguments: [
        ("mail.d.example", true), ("MAIL.d.example", true), ("other.d.example", false), ("a.x.example", true),
        ("x.example", false), ("a.b.x.example", false), ("ax.example", false),
    ])
    func names(host: String, isNamed: Bool) throws {
        #expect(try MTASTSPolicy(Array(Self.right.utf8)).names(try #require(DNSName(host))) == isNamed)
    }

    @Test func theFirstOfAKeyCounts() throws {
        let policy = try MTASTSPolicy(Array((Self.right + "mode: none\nmax_age: 1\nversion: STSv2\nmx: more.example").utf8))
        #expect(policy.mode == .enforce)
        #expect(policy.maximumAge == 86_400)
        #expect(policy.exchanges == ["mail.d.example", "*.x.example", "more.example"])
    }

    @Test func aPolicyOfNoneNeedsNoExchanger() throws {
        #expect(try MTASTSPolicy(Array("version: STSv1\nmode: none\nmax_age: 0".utf8)).exchanges.isEmpty)
    }

    @Test(arguments: [
        ("version: STSv1", "version: stsv1", MTASTSPolicyError.wrong(key: "version", "stsv1")),
        ("version: STSv1\n", "", .missing("version")), ("mode: enforce\n", "", .missing("mode")),
        ("mode: enforce", "mode: report", .wrong(key: "mode", "report")), ("max_age: 86400\n", "", .missing("max_age")),
        ("86400", "12345678901", .wrong(key: "max_age", "12345678901")), ("86400", "1d", .wrong(key: "max_age", "1d")),
        ("mx: mail.d.example\nmx: *.x.example\n", "", .missing("mx")),
        ("mx: *.x.example", "mx: mail.*.example", .wrong(key: "mx", "mail.*.example")),
        ("mx: *.x.example", "mx: *", .wrong(key: "mx", "*")), ("mx: *.x.example", "mx:", .wrong(key: "mx", "")),
    ])
    func refuses(part: String, instead: String, error: MTASTSPolicyError) {
        #expect(throws: error) { try MTASTSPolicy(Array(Self.right.replacing(part, with: instead).utf8)) }
    }

    @Test func refusesWhatIsNoText() { #expect(throws: MTASTSPolicyError.notText) { try MTASTSPolicy([0xff, 0xfe]) } }
}
