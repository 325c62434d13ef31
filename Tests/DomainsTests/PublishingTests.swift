import DNS
import Domains
import MailConfiguration
import TestSupport
import Testing

@Suite("Publishing by dynamic updates, RFC 2136") struct PublishingTests {
    private func publisher(_ server: UpdatableServer, zone: DNSName) throws -> Publisher {
        try Publisher(
            DynamicUpdateConfiguration.example(port: server.port), secret: UpdatableServer.secret, zone: zone)
    }

    private func publish(
        _ wanted: [WantedRecord], by publisher: Publisher, owned: [ZoneUpdate.Record]
    ) async throws -> PublishingChange {
        let change = try await publisher.change(to: wanted, owned: owned)
        try await publisher.send(change)
        return change
    }

    @Test func whatOthersTookAwayIsPutBack() async throws {
        let server = try await UpdatableServer(zone: "acme.example")
        let zone = try #require(DNSName("acme.example"))
        let named = NamedServer(try #require(ServerAddress("127.0.0.1@\(server.port)")))
        let publisher = try publisher(server, zone: zone)
        let wanted = try Examples.site("acme.example").wantedRecords
        let owned = try await publish(wanted, by: publisher, owned: []).additions
        try server.update("update delete acme.example. MX\nupdate delete _dmarc.acme.example. TXT\n")
        #expect(try await named.ask(zone, .mx).records(.mx, at: zone).isEmpty)
        let again = try await publish(wanted, by: publisher, owned: owned)
        #expect(again.additions.map { "\($0.name) \($0.type)" }.sorted() == ["_dmarc.acme.example TXT", "acme.example MX"])
        #expect(again.deletions.isEmpty && again.conflicts.isEmpty)
        #expect(try await named.ask(zone, .mx).records(.mx, at: zone).count == 1)
        #expect(try await publish(wanted, by: publisher, owned: owned).isEmpty)
    }

    @Test func whatOthersPutInItsPlaceStays() async throws {
        let server = try await UpdatableServer(zone: "acme.example")
        let zone = try #require(DNSName("acme.example"))
        let publisher = try publisher(server, zone: zone)
        let wanted = try Examples.site("acme.example").wantedRecords
        let owned = try await publish(wanted, by: publisher, owned: []).additions
        try server.update("update delete acme.example. MX\nupdate add acme.example. 300 MX 5 mx.elsewhere.example.\n")
        let again = try await publish(wanted, by: publisher, owned: owned)
        #expect(again.isEmpty)
        #expect(again.conflicts.map(\.found) == ["5 mx.elsewhere.example."])
    }

    @Test func publishesItsOwnRecordsAndTouchesNoOthers() async throws {
        let server = try await UpdatableServer(
            zone: "acme.example",
            records: "@ 300 IN TXT \"v=spf1 -all\"\n@ 300 IN TXT \"verification=1\"\nautoconfig 300 IN CNAME elsewhere.example.\n"
        )
        let zone = try #require(DNSName("acme.example"))
        let named = NamedServer(try #require(ServerAddress("127.0.0.1@\(server.port)")))
        let site = try Examples.site("acme.example")
        let wanted = site.wantedRecords
        let publisher = try publisher(server, zone: zone)
        let first = try await publish(wanted, by: publisher, owned: [])
        #expect(
            first.conflicts.map { "\($0.record.name) \($0.record.type)" }.sorted() == [
                "acme.example TXT", "autoconfig.acme.example CNAME",
            ])
        #expect(!first.additions.contains { $0.data.contains("spf1") })
        #expect(try await named.ask(zone, .mx).records(.mx, at: zone).count == 1)
        #expect(try await named.ask(zone, .txt).records(.txt, at: zone).count == 2)

        // Again: nothing is to be done.
        let second = try await publish(wanted, by: publisher, owned: first.additions)
        #expect(second.additions.isEmpty)
        #expect(second.deletions.isEmpty)

        // A record that is not wanted any more goes, and what is beside it stays.
        var other = site
        other.keys[0].state = .retired
        let third = try await publish(other.wantedRecords, by: publisher, owned: first.additions)
        #expect(third.deletions.map(\.name.text) == ["mp1e._domainkey.acme.example"])
        let key = try #require(DNSName("mp1e._domainkey.acme.example"))
        #expect(try await named.ask(key, .txt).code == 3)
        #expect(try await named.ask(zone, .txt).records(.txt, at: zone).count == 2)
    }

    @Test func aChangedRecordIsReplacedInOneUpdate() async throws {
        let server = try await UpdatableServer(zone: "acme.example")
        let zone = try #require(DNSName("acme.example"))
        let named = NamedServer(try #require(ServerAddress("127.0.0.1@\(server.port)")))
        let publisher = try publisher(server, zone: zone)
        let first = try await publish(try Examples.site("acme.example").wantedRecords, by: publisher, owned: [])
        let changed = try Examples.site("acme.example", change: { $0.spf.otherHosts = .fail }).wantedRecords
        let second = try await publish(changed, by: publisher, owned: first.additions)
        #expect(second.conflicts.isEmpty)
        #expect(second.deletions.count == 1)
        #expect(try await named.ask(zone, .txt).records(.txt, at: zone) == [.text(Array("v=spf1 mx -all".utf8))])
    }
}

extension DynamicUpdateConfiguration {
    fileprivate static func example(port: UInt16) throws -> DynamicUpdateConfiguration {
        let file =
            "dns: { mode: rfc2136, server: 127.0.0.1, port: \(port), key_name: \(UpdatableServer.keyName), key_file: tsig.key }\n"
        let tree = try Examples.tree(
            "schema: 1\nhost_name: h.example\nlisteners: [{ name: s, service: smtp, address: 127.0.0.1, port: 25 }]\ntls: { self_signed: true }\n",
            file: file, secret: UpdatableServer.secret)
        guard case .dynamicUpdate(let update) = tree.tenants[0].domains[0].dns else {
            throw Examples.BadExample(text: "no update")
        }
        return update
    }
}
