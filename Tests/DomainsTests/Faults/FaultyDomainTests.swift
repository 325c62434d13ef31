import DNS
import Domains
import Mail
import MailConfiguration
import TLS
import TestSupport
import Testing

/// The name servers that the faulty domains are in: one that answers, one that serves other zones, one that never answers.
private final class FaultyWorld: Sendable {
    let resolver: ValidatingResolver
    let servers: AuthoritativeServers
    let certificates: TestCertificates
    private let server: AuthoritativeServer
    private let lame: AuthoritativeServer
    private let silent: SilentSocket
    private let port: UInt16

    static let shared = Task { try await FaultyWorld() }

    init() async throws {
        var zone = FaultyDomain.surroundings
        for domain in FaultyDomain.all {
            zone += domain.zoneText(token: try Examples.site(domain.name).token.recordValue)
        }
        let head = "$TTL 300\n@ SOA ns.example. admin 1 3600 600 86400 60\n"
        let reverse =
            "$ORIGIN 113.0.203.in-addr.arpa.\n\(head)@ NS ns.example.\n10 PTR mail.host.example.\n11 PTR other.example.\n12 PTR also.host.example.\n14 CNAME p.lame.zone.\n"
        var bogus = try ZoneSigning.sign(
            .init("bogus.zone", "$ORIGIN bogus.zone.\n\(head)@ NS ns.example.\n@ MX 10 mail.host.example.\n"))
        bogus.text = bogus.text.replacing("MX\t10", with: "MX\t11")
        let certificates = try TestCertificates(server: "*.signed.zone")
        self.certificates = certificates
        let hosts = try DANEHost.all.map { host in
            let records = try host.records.map { record in "_25._tcp.\(host.name) TLSA \(try record.text(certificates))\n" }
            return "\(host.name) A 203.0.113.10\n\(records.joined())"
        }
        let signed = try ZoneSigning.sign(
            .init("signed.zone", "$ORIGIN signed.zone.\n\(head)@ NS ns.example.\n\(hosts.joined())"))
        let half =
            "$ORIGIN half.zone.\n\(head)@ NS ns.example.\n@ NS lame.half.zone.\n@ NS silent.half.zone.\nlame A 127.0.0.2\nsilent A 127.0.0.3\n@ MX 10 mail.host.example.\n"
        let port = try LoopbackPort.free()
        self.port = port
        server = try await AuthoritativeServer(
            [
                .init("example", zone), .init("113.0.203.in-addr.arpa", reverse), .init("bogus.zone", bogus.text),
                .init("signed.zone", signed.text), .init("half.zone", half),
                .init("keys.zone", "$ORIGIN keys.zone.\n\(head)@ NS ns.example.\nkey TXT \"\(FaultyDomain.key)\"\n"),
            ], port: port)
        lame = try await AuthoritativeServer(
            [.init("elsewhere", "$ORIGIN elsewhere.\n\(head)@ NS ns.example.\n")], address: "127.0.0.2", port: port)
        silent = try SilentSocket("127.0.0.3", port)
        func stub(_ zone: String, _ address: String) throws -> ValidatingResolver.Options.Stub {
            .init(zone: try #require(DNSName(zone)), server: try #require(ServerAddress("\(address)@\(port)")))
        }
        resolver = try ValidatingResolver(
            .init(
                trustAnchors: [.record(bogus.trustAnchor), .record(signed.trustAnchor)],
                stubs: ["example", "113.0.203.in-addr.arpa", "bogus.zone", "signed.zone", "half.zone", "keys.zone"].map {
                    try stub($0, "127.0.0.1")
                }
                    + [try stub("lame.zone", "127.0.0.2"), try stub("silent.zone", "127.0.0.3")],
                asksPrivateServers: true, deadline: .seconds(15)))
        servers = AuthoritativeServers(resolver, port: port, asksPrivate: true, deadline: .seconds(5))
    }

    /// - Parameter failing: questions that get no answer, as `name TYPE`.
    func evaluation(_ site: DomainSite, failing: Set<String> = []) -> DomainEvaluation {
        let resolver = FailingResolver(resolver: resolver, questions: failing)
        return DomainEvaluation(
            site, resolver, AuthoritativeServers(resolver, port: port, asksPrivate: true, deadline: .seconds(5)),
            WebSite(resolver))
    }

    func findings(_ site: DomainSite, failing: Set<String> = []) async -> [Finding] {
        await evaluation(site, failing: failing).findings()
    }
}

/// Another one, but for questions that get no answer.
private struct FailingResolver: Resolver {
    let resolver: any Resolver
    let questions: Set<String>

    func ask(_ name: DNSName, _ type: RecordType) async -> Answer {
        questions.contains("\(name) \(type)") ? .timeout : await resolver.ask(name, type)
    }
}

extension [Finding] {
    /// Codes of warnings and errors, each once; errors with a `!`.
    fileprivate var faults: [String] {
        Set(filter { $0.severity > .note }.map { $0.severity == .error ? "\($0.code)!" : $0.code }).sorted()
    }
}

@Suite("Domains with known faults") struct FaultyDomainTests {
    @Test(arguments: FaultyDomain.all)
    func isFound(_ domain: FaultyDomain) async throws {
        let world = try await FaultyWorld.shared.value
        let findings = await world.findings(try Examples.site(domain.name, change: domain.change))
        #expect(findings.faults == domain.expected, "\(findings)")
        for finding in findings where finding.severity > .note {
            #expect(!finding.now.isEmpty)
            #expect(!finding.wanted.isEmpty, "\(finding.code)")
            #expect(!finding.consequence.isEmpty, "\(finding.code)")
        }
    }

    @Test(arguments: [
        ("missing.example", "zone-missing!"), ("bogus.zone", "zone-bogus!"), ("lame.zone", "zone-failing!"),
        ("silent.zone", "zone-silent!"),
    ])
    func ofTheZoneIsToldOnce(name: String, code: String) async throws {
        let world = try await FaultyWorld.shared.value
        #expect(await world.findings(try Examples.site(name)).filter { $0.subject != .host }.faults == [code])
    }

    @Test func ofSingleServersIsToldByName() async throws {
        let world = try await FaultyWorld.shared.value
        let zone = await world.findings(try Examples.site("half.zone")).filter { $0.subject == .zone }
        #expect(
            zone.map { "\($0.code) \($0.name)" }.sorted() == ["server-lame lame.half.zone", "server-silent silent.half.zone"])
    }

    @Test(arguments: [
        ("mail.host.example", "203.0.113.10", ""),
        ("mail.host.example", "203.0.113.11", "host-no-address! host-other-address ptr-unconfirmed!"),
        ("mail.host.example", "203.0.113.13", "host-no-address! host-other-address ptr-missing!"),
        ("mail.host.example", "203.0.113.14", "host-no-address! host-other-address ptr-unreadable"),
        ("also.host.example", "203.0.113.10", "ptr-other"), ("none.host.example", "203.0.113.10", "host-no-address! ptr-other"),
        ("mail.lame.zone", "203.0.113.10", "host-unreadable! ptr-other tlsa-failing!"),
    ])
    func ofTheHostIsFound(host: String, address: String, expected: String) async throws {
        let world = try await FaultyWorld.shared.value
        let site = try Examples.site("right.example", host: host, addresses: [address])
        let faults = await world.findings(site).filter { $0.subject == .host || $0.subject == .dane }.faults
        #expect(faults == expected.split(separator: " ").map(String.init))
    }

    /// A domain, a question that gets no answer, and which findings of a subject remain.
    @Test(arguments: [
        ("right", "right.example NS", Finding.Subject.zone, "zone-unknown"),
        ("implicit-mx", "implicit-mx.example A", .mx, "mx-unreadable!"),
        ("no-mx", "no-mx.example AAAA", .mx, "mx-unreadable!"),
        ("right", "mail.host.example A", .host, "host-unreadable! ptr-unreadable"),
        ("sub.org", "_dmarc.example TXT", .dmarc, "dmarc-inherited"),
        ("no-dmarc", "_dmarc.example TXT", .dmarc, "dmarc-unreadable"),
        ("other-srv", "_imaps._tcp.other-srv.example SRV", .clients, ""),
        ("other-autoconfig", "autoconfig.other-autoconfig.example A", .clients, ""),
    ])
    func whatCannotBeAskedIsNotTakenForMissing(label: String, failing: String, subject: Finding.Subject, expected: String)
        async throws
    {
        let world = try await FaultyWorld.shared.value
        let findings = await world.findings(try Examples.site("\(label).example"), failing: [failing])
        #expect(
            findings.filter { $0.subject == subject }.faults == expected.split(separator: " ").map(String.init), "\(findings)")
    }

    @Test func anAddressOfTheHostsNameThatIsNotItsIsFound() async throws {
        let world = try await FaultyWorld.shared.value
        let findings = await world.findings(try Examples.site("right.example", addresses: ["203.0.113.11"]))
        #expect(findings.filter { $0.subject == .mx }.faults == ["mx-wrong-address!"])
    }

    @Test func thePartOfTheMailThatGoesElsewhereIsTold() async throws {
        let world = try await FaultyWorld.shared.value
        let findings = await world.findings(try Examples.site("shared-mx.example"))
        let finding = try #require(findings.first { $0.code == "mx-wrong-address" })
        #expect(finding.now == "shared.host.example has the address 203.0.113.99, which is not this host's")
        #expect(finding.consequence == "a part of the mail goes there, and does not come here")
    }

    private static func enforces(_ domain: inout DomainConfiguration) {
        domain.mtaSTS.mode = .enforce
        domain.mtaSTS.maximumAge = .seconds(604_800)
    }

    /// A policy as it is served, and what is found of it; the MX is mail.host.example.
    private static let policies: [(String, Finding.Severity?, String)] = [
        ("version: STSv1\r\nmode: enforce\r\nmx: mail.host.example\r\nmax_age: 604800\r\n", nil, ""),
        ("max_age:604800\nmx:MAIL.HOST.EXAMPLE \nmode: enforce\nversion: STSv1\nfuture: 1", nil, ""),
        (
            "version: STSv1\nmode: enforce\nmx: *.host.example\nmax_age: 86400\n", .note,
            "mta-sts-policy-other: another policy: mode: enforce, mx: *.host.example, max_age: 86400"
        ),
        (
            "version: STSv1\nmode: testing\nmx: mx.foreign.example\nmax_age: 604800\n", .note,
            "mta-sts-policy-other: another policy: mode: testing, mx: mx.foreign.example, max_age: 604800"
        ),
        (
            "version: STSv1\nmode: enforce\nmx: *.example\nmx: mx.foreign.example\nmax_age: 604800\n", .error,
            "mta-sts-policy-refuses: mode: enforce, and no line mx: for mail.host.example"
        ),
        ("version: STSv1\nmode: enforce\nmax_age: 604800\n", .warning, "mta-sts-policy-broken: the policy has no mx"),
        ("<html>", .warning, "mta-sts-policy-broken: the policy has no version"),
    ]

    @Test(arguments: policies)
    func whatAPolicyDoesIsFound(text: String, severity: Finding.Severity?, expected: String) async throws {
        let world = try await FaultyWorld.shared.value
        let site = try Examples.site("right.example", change: Self.enforces)
        let finding = await world.evaluation(site).policyFinding(Array(text.utf8))
        #expect(finding?.severity == severity)
        #expect(finding.map { "\($0.code): \($0.now)" } ?? "" == expected)
        #expect(finding?.consequence.isEmpty != true)
    }

    @Test func aPolicyThatPassesOverOneOfSeveralExchangersIsFound() async throws {
        let world = try await FaultyWorld.shared.value
        let site = try Examples.site("foreign-backup.example", change: Self.enforces)
        let finding = try #require(await world.evaluation(site).policyFinding(Array(site.mtaSTSPolicy.utf8)))
        #expect(finding.severity == .warning)
        #expect(finding.now == "mode: enforce, and no line mx: for mx.foreign.example")
    }

    @Test(arguments: [
        ("right", true), ("alias-dkim", true), ("alias-to-other-zone", true), ("no-dkim", false), ("other-dkim", false),
        ("failing-dkim", false), ("looped-dkim", false),
    ])
    func aPendingKeyIsSeenWhereVerifiersSeeIt(label: String, isSeen: Bool) async throws {
        let world = try await FaultyWorld.shared.value
        var site = try Examples.site("\(label).example")
        site.keys[0].state = .pending
        let visible = await KeySighting(world.servers).visible(site.keys, of: site.domain.name)
        #expect(visible == (isSeen ? ["mp1e"] : []))
    }

    @Test(arguments: DANEHost.all)
    func ofItsTLSARecordsIsFound(_ host: DANEHost) async throws {
        let world = try await FaultyWorld.shared.value
        var site = try Examples.site("right.example", host: "\(host.name).signed.zone")
        site.chain =
            try host.served.isEmpty ? nil : ServedChain(world.certificates.text(host.served), for: site.host.hostName.ascii)
        let finding = try #require(await world.findings(site).first { $0.subject == .dane })
        #expect(finding.code == host.code, "\(finding)")
        #expect(finding.now.contains(host.now), "\(finding)")
        #expect(finding.severity == host.severity, "\(finding)")
        #expect(finding.wanted.isEmpty == (host.severity == .fine))
        #expect(finding.consequence.isEmpty == (host.severity == .fine))
    }
}
