import DNS
import TestSupport
import Testing

@Suite("Dynamic updates, RFC 2136, signed with TSIG") struct UpdateTests {
    @Test func changesWhatAKeyMayChangeAndNothingElse() async throws {
        let server = try await UpdatableServer(zone: "dyn.example", records: "kept 300 IN TXT \"theirs\"\n")
        let named = NamedServer(try #require(ServerAddress("127.0.0.1@\(server.port)")))
        let key = TransactionKey(name: try #require(DNSName(UpdatableServer.keyName)), secret: UpdatableServer.secret)
        let zone = try #require(DNSName("dyn.example"))
        let name = try #require(DNSName("kept.dyn.example"))
        let record = ZoneUpdate.Record(name: name, timeToLive: 300, type: "TXT", data: "\"ours\"")
        try await named.update(ZoneUpdate(zone: zone, additions: [record]), key: key)
        #expect(
            Set(try await named.ask(name, .txt).records(.txt, at: name)) == [
                .text(Array("ours".utf8)), .text(Array("theirs".utf8)),
            ])
        try await named.update(ZoneUpdate(zone: zone, deletions: [record]), key: key)
        #expect(try await named.ask(name, .txt).records(.txt, at: name) == [.text(Array("theirs".utf8))])

        var wrong = key
        wrong.secret = "d3Jvbmcgd3Jvbmcgd3Jvbmcgd3Jvbmcgd3Jvbmc="
        await #expect(throws: ServerError.self) {
            try await named.update(ZoneUpdate(zone: zone, additions: [record]), key: wrong)
        }
        let elsewhere = ZoneUpdate(zone: try #require(DNSName("other.example")), additions: [record])
        await #expect(throws: ServerError.self) { try await named.update(elsewhere, key: key) }
        #expect(try await named.ask(name, .txt).records(.txt, at: name) == [.text(Array("theirs".utf8))])
    }
}
