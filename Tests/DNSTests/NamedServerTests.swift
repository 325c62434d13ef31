import DNS
import TestSupport
import Testing

@Suite("Questions to one named server") struct NamedServerTests {
    private static let zone = """
        $ORIGIN large.example.
        @ 300 IN SOA ns admin 1 3600 600 86400 60
        @ 300 IN NS ns
        ns 300 IN A 127.0.0.1
        many 300 IN TXT \((0..<30).map { "\"\(String(repeating: "abcdefghij", count: 20))\($0)\"" }.joined(separator: " "))
        www 300 IN A 192.0.2.1

        """

    @Test func asksByTCPWhatIsTruncated() async throws {
        let server = try await AuthoritativeServer([.init("large.example", Self.zone)])
        let named = NamedServer(try #require(ServerAddress("127.0.0.1@\(server.port)")))
        let name = try #require(DNSName("many.large.example"))
        let answer = try await named.ask(name, .txt)
        #expect(answer.isAuthoritative)
        guard case .text(let text) = try #require(answer.records(.txt, at: name).first) else { return }
        #expect(text.count > 6_000)
    }

    @Test func tellsALameServerFromOneThatKnows() async throws {
        let server = try await AuthoritativeServer([.init("large.example", Self.zone)])
        let named = NamedServer(try #require(ServerAddress("127.0.0.1@\(server.port)")))
        let lame = try await named.ask(try #require(DNSName("other.example")), .soa)
        #expect(lame.code == 5)
        let missing = try await named.ask(try #require(DNSName("no.large.example")), .a)
        #expect(missing.code == 3)
        #expect(missing.isAuthoritative)
    }

    @Test func waitsNoLongerThanItsDeadline() async throws {
        let port = try LoopbackPort.free()
        let silent = try SilentSocket("127.0.0.1", port)
        let named = NamedServer(try #require(ServerAddress("127.0.0.1@\(port)")), deadline: .milliseconds(200))
        await #expect(throws: ServerError.timeout) { try await named.ask(try #require(DNSName("a.example")), .a) }
        withExtendedLifetime(silent) {}
    }
}
