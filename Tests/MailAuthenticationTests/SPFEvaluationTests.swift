import DNS
import MailAuthentication
import Testing

/// One evaluation: records, who sends, and what it comes to.
struct SPFCase: Sendable, CustomTestStringConvertible {
    var title: String
    var record: String
    var verdict: SPFVerdict
    var problem: SPFProblem?
    var address: String
    var more: String
    var localPart: String

    init(
        _ title: String, _ record: String, _ verdict: SPFVerdict, _ problem: SPFProblem? = nil,
        from address: String = "192.0.2.1",
        with more: String = "", by localPart: String = "ana"
    ) {
        self.title = title
        self.record = record
        self.verdict = verdict
        self.problem = problem
        self.address = address
        self.more = more
        self.localPart = localPart
    }

    var testDescription: String { title }

    static let hosts = """
        d.example MX 10 mx1.d.example
        d.example MX 20 mx2.d.example
        d.example A 192.0.2.99
        mx1.d.example A 192.0.2.1
        mx2.d.example AAAA 2001:db8::2
        pass.example TXT v=spf1 +all
        fail.example TXT v=spf1 -all
        soft.example TXT v=spf1 ~all
        bare.example TXT other text
        broken.example TXT v=spf1 nonsense
        slow.example SERVFAIL
        1.2.0.192.in-addr.arpa PTR host.d.example
        host.d.example A 192.0.2.1
        2.2.0.192.in-addr.arpa PTR liar.d.example
        liar.d.example A 203.0.113.1

        """

    static let many = (0..<12).map { "i\($0).example TXT v=spf1 ip4:203.0.113.\($0)\n" }.joined()
    static let exchanges = (0..<11).map { "x.example MX 10 m\($0).x.example\nm\($0).x.example A 203.0.113.9\n" }.joined()

    static let all: [SPFCase] = [
        // RFC 7208 §4.3 to §4.7
        .init("no record", "other text", .none),
        .init("the version stands alone", "v=spf1", .neutral),
        .init("another version", "v=spf10 -all", .none),
        .init("case is of no matter", "V=SPF1 -ALL", .fail),
        .init("several records", "v=spf1 +all", .permerror, .several, with: "d.example TXT v=spf1 -all"),
        .init("nothing fits", "v=spf1 ip4:203.0.113.1", .neutral),
        .init("an error behind the match counts", "v=spf1 +all nonsense", .permerror, .syntax),
        .init("unknown modifiers are passed over", "v=spf1 foo=bar:/%{d} +all", .pass),
        .init("an unknown modifier's macros are checked", "v=spf1 foo=%x +all", .permerror, .syntax),
        .init("several spaces", "v=spf1   +all  ", .pass),
        .init("a character beyond ASCII", "v=spf1 +all é", .permerror, .syntax),
        // §4.6.2
        .init("fail", "v=spf1 -all", .fail), .init("softfail", "v=spf1 ~all", .softfail),
        .init("neutral", "v=spf1 ?all", .neutral), .init("pass", "v=spf1 all", .pass),
        .init("all takes no argument", "v=spf1 all:x.example", .permerror, .syntax),
        // §5.2
        .init("include passes", "v=spf1 include:pass.example -all", .pass),
        .init("include that fails does not match", "v=spf1 include:fail.example ~all", .softfail),
        .init("include that softfails does not match", "v=spf1 include:soft.example -all", .fail),
        .init("include without a record", "v=spf1 include:bare.example -all", .permerror, .missingInclude),
        .init("include of nothing", "v=spf1 include:nobody.example -all", .permerror, .missingInclude),
        .init("include of a broken record", "v=spf1 include:broken.example -all", .permerror, .syntax),
        .init("include that cannot be read", "v=spf1 include:slow.example -all", .temperror, .unreachable),
        .init("include needs a domain", "v=spf1 include -all", .permerror, .syntax),
        .init("the sender's qualifier counts, not the included one", "v=spf1 -include:pass.example +all", .fail),
        // §5.3
        .init("a of the domain", "v=spf1 a -all", .pass, from: "192.0.2.99"),
        .init("a of another name", "v=spf1 a:mx1.d.example -all", .pass),
        .init("a with a prefix", "v=spf1 a/24 -all", .pass),
        .init("a with a zero prefix", "v=spf1 a/0 -all", .pass, from: "8.8.8.8"),
        .init("a for IPv6", "v=spf1 a:mx2.d.example//64 -all", .pass, from: "2001:db8::ffff"),
        .init("a for IPv6 without an address", "v=spf1 a -all", .fail, from: "2001:db8::2"),
        .init("both prefixes", "v=spf1 a:mx1.d.example/30//64 -all", .pass, from: "192.0.2.2"),
        .init("a prefix too long", "v=spf1 a/33 -all", .permerror, .syntax),
        .init("a prefix with a leading zero", "v=spf1 a/08 -all", .permerror, .syntax),
        .init("an empty prefix", "v=spf1 a/ -all", .permerror, .syntax),
        .init("a name with a top label of digits", "v=spf1 a:x.123 -all", .permerror, .syntax),
        .init("a name of one label", "v=spf1 a:localhost -all", .permerror, .syntax),
        .init("an empty name", "v=spf1 a: -all", .permerror, .syntax),
        // §5.4
        .init("mx", "v=spf1 mx -all", .pass), .init("mx for IPv6", "v=spf1 mx -all", .pass, from: "2001:db8::2"),
        .init("mx not matching", "v=spf1 mx -all", .fail, from: "192.0.2.50"),
        .init("mx with a prefix", "v=spf1 mx/24 -all", .pass, from: "192.0.2.50"),
        .init("more than ten exchanges", "v=spf1 mx:x.example -all", .permerror, .exchanges, with: exchanges),
        .init("mx of a name without any", "v=spf1 mx:mx1.d.example -all", .fail),
        // §5.5
        .init("ptr", "v=spf1 ptr -all", .pass), .init("ptr that does not lead back", "v=spf1 ptr -all", .fail, from: "192.0.2.2"),
        .init("ptr of another name", "v=spf1 ptr:other.example -all", .fail),
        .init("ptr takes no prefix", "v=spf1 ptr/24 -all", .permerror, .syntax),
        // §5.6
        .init("ip4", "v=spf1 ip4:192.0.2.1 -all", .pass), .init("ip4 network", "v=spf1 ip4:192.0.2.0/25 -all", .pass),
        .init("ip4 outside", "v=spf1 ip4:192.0.2.128/25 -all", .fail),
        .init("ip4 is not an address", "v=spf1 ip4:192.0.2 -all", .permerror, .syntax),
        .init("ip4 with IPv6", "v=spf1 ip4:2001:db8::1 -all", .permerror, .syntax),
        .init("ip6", "v=spf1 ip6:2001:db8::/32 -all", .pass, from: "2001:db8:1::1"),
        .init("ip6 never matches IPv4", "v=spf1 ip6:::/0 -all", .fail),
        .init("IPv4 in IPv6 clothes is IPv4", "v=spf1 ip4:192.0.2.1 -all", .pass, from: "::ffff:192.0.2.1"),
        .init("ip6 prefix too long", "v=spf1 ip6:2001:db8::/129 -all", .permerror, .syntax),
        // §5.7 and §7: the examples of appendix D and §7.4
        .init("exists", "v=spf1 exists:%{ir}.%{l1r+-}._spf.%{d} -all", .pass, with: "1.2.0.192.ana._spf.d.example A 127.0.0.2"),
        .init("exists asks for A alone", "v=spf1 exists:six.d.example -all", .fail, with: "six.d.example AAAA 2001:db8::1"),
        .init("macro of the local part", "v=spf1 exists:%{l}.x.example -all", .pass, with: "ana.x.example A 127.0.0.2"),
        .init(
            "macro split and reversed", "v=spf1 exists:%{lr-}.x.example -all", .pass, with: "list.ana.x.example A 127.0.0.2",
            by: "ana-list"),
        .init(
            "macro keeping one part", "v=spf1 exists:%{l1r-}.x.example -all", .pass, with: "ana.x.example A 127.0.0.2",
            by: "ana-list"),
        .init(
            "macro of the domain's last label", "v=spf1 exists:%{d1}.x.example -all", .pass, with: "example.x.example A 127.0.0.2"
        ),
        .init(
            "macro of an IPv6 address", "v=spf1 exists:%{ir}.%{v}.x.example -all", .pass, from: "2001:db8::2",
            with: "2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.x.example A 127.0.0.2"),
        .init(
            "macro of the validated name", "v=spf1 exists:%{p}.x.example -all", .pass,
            with: "host.d.example.x.example A 127.0.0.2"),
        .init("escapes", "v=spf1 exists:%%%_%-.x.example -all", .fail),
        .init("a macro letter for explanations alone", "v=spf1 exists:%{c}.x.example -all", .permerror, .syntax),
        .init("zero parts", "v=spf1 exists:%{l0}.x.example -all", .permerror, .syntax),
        .init("an unknown macro", "v=spf1 exists:%{z}.x.example -all", .permerror, .syntax),
        .init("a macro without end", "v=spf1 exists:%{d.x.example -all", .permerror, .syntax),
        // §6.1
        .init("redirect", "v=spf1 redirect=fail.example", .fail),
        .init("redirect counts only without a match", "v=spf1 +all redirect=fail.example", .pass),
        .init("redirect without a record", "v=spf1 redirect=bare.example", .permerror, .missingRedirect),
        .init("redirect twice", "v=spf1 redirect=fail.example redirect=pass.example", .permerror, .syntax),
        .init("redirect before mechanisms", "v=spf1 redirect=fail.example ip4:192.0.2.1", .pass),
        .init("exp twice", "v=spf1 exp=a.example exp=b.example +all", .permerror, .syntax),
        // §4.6.4
        .init("ten look-ups", "v=spf1 " + (0..<10).map { "include:i\($0).example " }.joined() + "+all", .pass, with: many),
        .init(
            "eleven look-ups", "v=spf1 " + (0..<11).map { "include:i\($0).example " }.joined() + "+all", .permerror, .lookups,
            with: many),
        .init("a loop of includes", "v=spf1 include:d.example -all", .permerror, .lookups),
        .init("a loop of redirects", "v=spf1 redirect=d.example", .permerror, .lookups),
        .init("two look-ups that find nothing", "v=spf1 a:n1.example a:n2.example +all", .pass),
        .init("three look-ups that find nothing", "v=spf1 a:n1.example a:n2.example a:n3.example +all", .permerror, .voidLookups),
        // §4.4
        .init("a name that fails behind a", "v=spf1 a:slow.example -all", .temperror, .unreachable),
        .init("a match before it is enough", "v=spf1 ip4:192.0.2.1 a:slow.example -all", .pass),
        .init("bogus is temporary", "v=spf1 a:forged.example -all", .temperror, .unreachable, with: "forged.example BOGUS"),
        .init("time out is temporary", "v=spf1 exists:late.example -all", .temperror, .unreachable, with: "late.example TIMEOUT"),
    ]
}

@Suite("SPF, RFC 7208") struct SPFEvaluationTests {
    @Test(arguments: SPFCase.all)
    func evaluates(_ test: SPFCase) async throws {
        let resolver = TableResolver("d.example TXT \(test.record)\n\(SPFCase.hosts)\(test.more)")
        let client = SPFClient(
            address: try #require(IPAddress(test.address)), localPart: test.localPart, domain: try #require(DNSName("d.example")),
            helloName: "client.example")
        let outcome = await SPFEvaluation.outcome(of: client, by: resolver)
        #expect(outcome.verdict == test.verdict, "\(outcome.reason)")
        #expect(outcome.problem == test.problem, "\(outcome.reason)")
    }

    /// Whose `pass` counts for the domain.
    @Test(arguments: [
        ("v=spf1 include:soft.example ?include:fail.example -all", "d.example fail.example soft.example"),
        ("v=spf1 -include:soft.example ~include:fail.example -all", "d.example"),
        ("v=spf1 redirect=outer.example", "d.example inner.example outer.example soft.example"),
        // Neutral within an include passes nothing.
        ("v=spf1 include:outer.example -all", "d.example inner.example outer.example"),
        ("v=spf1 -include:outer.example -all", "d.example"),
        ("v=spf1 +all include:soft.example", "d.example"),
    ])
    func tellsWhomItAllows(record: String, allowing: String) async throws {
        let resolver = TableResolver(
            """
            d.example TXT \(record)
            \(SPFCase.hosts)outer.example TXT v=spf1 include:inner.example ?include:soft.example -all
            inner.example TXT v=spf1 -all
            """)
        let client = SPFClient(
            address: try #require(IPAddress("240.0.0.1")), domain: try #require(DNSName("d.example")), helloName: "client.example"
        )
        let outcome = await SPFEvaluation.outcome(of: client, by: resolver)
        #expect(outcome.allowing.map(\.text).sorted().joined(separator: " ") == allowing)
    }

    @Test func explainsAFailure() async throws {
        let resolver = TableResolver(
            """
            d.example TXT v=spf1 -all exp=why.%{d}
            why.d.example TXT %{i} may not send for %{o}; see http://d.example/why?s=%{S}&ip=%{C}
            """)
        let client = SPFClient(
            address: try #require(IPAddress("192.0.2.1")), localPart: "a b", domain: try #require(DNSName("d.example")),
            helloName: "client.example")
        let outcome = await SPFEvaluation.outcome(of: client, by: resolver)
        #expect(
            outcome.explanation
                == "192.0.2.1 may not send for d.example; see http://d.example/why?s=a%20b%40d.example&ip=192.0.2.1")
    }
}
