import DNS
import TestSupport
import Testing

/// One server with a root of its own, a signed zone below it, and a zone whose signatures are wrong.
private struct TestRoot {
    let server: AuthoritativeServer
    let resolver: ValidatingResolver

    static let head = "@ 300 IN SOA ns.root. admin.root. 1 3600 600 86400 60\n@ 300 IN NS ns.root.\n"

    init() async throws {
        let signed = try ZoneSigning.sign(
            .init(
                "signed.zone",
                "$ORIGIN signed.zone.\n\(Self.head)www 300 IN A 192.0.2.80\nmail 300 IN MX 10 www\ntext 300 IN TXT \"one \" \"two\"\n"
            ))
        var bogus = try ZoneSigning.sign(.init("bogus.zone", "$ORIGIN bogus.zone.\n\(Self.head)www 300 IN A 192.0.2.81\n"))
        bogus.text = bogus.text.replacing("192.0.2.81", with: "192.0.2.82")
        let zone = """
            $ORIGIN zone.
            \(Self.head)plain.zone. 300 IN NS ns.root.
            signed.zone. 300 IN NS ns.root.
            bogus.zone. 300 IN NS ns.root.
            \(signed.delegation)
            """
        let parent = try ZoneSigning.sign(.init("zone", zone))
        let plain = """
            $ORIGIN plain.zone.
            \(Self.head)@ 300 IN MX 5 www
            @ 300 IN MX 10 .
            www 300 IN AAAA 2001:db8::80
            alias 300 IN CNAME www
            _imaps._tcp 300 IN SRV 0 1 993 www
            _25._tcp.www 300 IN TLSA 3 1 1 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff

            """
        let root =
            "$ORIGIN .\n@ 300 IN SOA ns.root. admin.root. 1 3600 600 86400 60\n@ 300 IN NS ns.root.\nns.root. 300 IN A 127.0.0.1\nzone. 300 IN NS ns.root.\n\(parent.delegation)"
        let top = try ZoneSigning.sign(.init(".", root))
        server = try await AuthoritativeServer([
            .init(".", top.text), .init("zone", parent.text), .init("signed.zone", signed.text), .init("bogus.zone", bogus.text),
            .init("plain.zone", plain),
        ])
        let silent = try LoopbackPort.free()
        let silentSocket = try SilentSocket("127.0.0.1", silent)
        self.silentSocket = silentSocket
        let address = try #require(ServerAddress("127.0.0.1@\(server.port)"))
        let nobody = try #require(ServerAddress("127.0.0.1@\(silent)"))
        resolver = try ValidatingResolver(
            .init(
                trustAnchors: [.record(top.trustAnchor), .record(bogus.trustAnchor)],
                // Each zone has a stub of its own: the servers that a delegation names would be asked at port 53.
                stubs: ["", "zone", "signed.zone", "bogus.zone", "plain.zone"].map {
                    .init(zone: DNSName($0) ?? .root, server: address)
                } + [.init(zone: DNSName("silent.zone") ?? .root, server: nobody)],
                asksPrivateServers: true, deadline: .seconds(10)))
    }

    private let silentSocket: SilentSocket
}

private struct Unexpected: Error { let answer: String }

@Suite("Validating resolver, RFC 4035") struct ResolverTests {
    @Test func tellsWhatIsProvenFromWhatIsNot() async throws {
        let root = try await TestRoot()
        func ask(_ name: String, _ type: RecordType) async throws -> Answer {
            await root.resolver.ask(try #require(DNSName(name)), type)
        }
        let address = try #require(IPAddress("192.0.2.80"))
        guard case .records(let set) = try await ask("www.signed.zone", .a) else {
            Issue.record("\(try await ask("www.signed.zone", .a))")
            return
        }
        #expect(set.proof == .secure)
        #expect(set.records == [.address(address)])
        #expect(try await ask("text.signed.zone", .txt).records == [.text(Array("one two".utf8))])
        #expect(try await ask("none.signed.zone", .a) == .noName(.secure))
        #expect(try await ask("www.signed.zone", .aaaa) == .noData(.secure))
        let forged = try await ask("www.bogus.zone", .a)
        // Never taken for true; that it was forged is not always told before the deadline.
        #expect(forged.records.isEmpty)
        switch forged {
        case .bogus(let why): #expect(!why.isEmpty)
        case .timeout: break
        default: throw Unexpected(answer: "\(forged)")
        }
        guard case .records(let plain) = try await ask("plain.zone", .mx) else {
            Issue.record("\(try await ask("plain.zone", .mx))")
            return
        }
        #expect(plain.proof == .insecure)
        #expect(
            Set(plain.records) == [
                .exchange(MailExchange(preference: 5, host: try #require(DNSName("www.plain.zone")))),
                .exchange(MailExchange(preference: 10, host: .root)),
            ])
        guard case .records(let alias) = try await ask("alias.plain.zone", .aaaa) else {
            Issue.record("no alias")
            return
        }
        #expect(alias.canonicalName == DNSName("www.plain.zone"))
        #expect(try await ask("nothing.plain.zone", .txt) == .noName(.insecure))
        guard case .records(let service) = try await ask("_imaps._tcp.plain.zone", .srv),
            case .service(let location) = service.records[0]
        else {
            Issue.record("no SRV")
            return
        }
        #expect(location.port == 993)
        guard case .records(let tlsa) = try await ask("_25._tcp.www.plain.zone", .tlsa),
            case .tlsa(let association) = tlsa.records[0]
        else {
            Issue.record("no TLSA")
            return
        }
        #expect(association.data.count == 32)
        #expect(try await ask("silent.zone", .a).isTemporary)
    }

    @Test func endsAQuestionWhoseTaskIsCancelled() async throws {
        let port = try LoopbackPort.free()
        let silent = try SilentSocket("127.0.0.1", port)
        let resolver = try ValidatingResolver(
            .init(
                trustAnchors: [], stubs: [.init(zone: .root, server: try #require(ServerAddress("127.0.0.1@\(port)")))],
                asksPrivateServers: true, deadline: .seconds(600)))
        let name = try #require(DNSName("a.example"))
        let task = Task { await resolver.ask(name, .a) }
        task.cancel()
        #expect(await task.value == .timeout)
        withExtendedLifetime(silent) {}
    }

    @Test func saysWhatIsWrongWithATrustAnchor() {
        #expect(throws: ResolverError.trustAnchor(path: "/nonexistent")) {
            try ValidatingResolver(.init(trustAnchors: [.file("/nonexistent")]))
        }
    }
}
