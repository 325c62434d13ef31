import DNS
import Directory
import Domains
import Glibc
import Logging
import Mail
import MailConfiguration
import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import ControlPlane

/// DNS as a test says it is.
private final class ChangingZone: Resolver {
    private let texts = NIOLockedValueBox<[String: String]>([:])

    func publish(_ text: String?, at name: String) { texts.withLockedValue { $0[name] = text } }

    func ask(_ name: DNSName, _ type: RecordType) async -> Answer {
        guard type == .txt, let text = texts.withLockedValue({ $0[name.text] }) else { return .noData(.insecure) }
        return .records(RecordSet(proof: .insecure, records: [.text(Array(text.utf8))]))
    }
}

@Suite("Hosted domains") struct HostedDomainsTests {
    private let host: ExampleHost
    private let control: HostControl
    private let zone = ChangingZone()
    private let clock = NIOLockedValueBox<Int64>(1_796_904_000)
    private let domains: HostedDomains
    /// How many resolvers were made.
    private let made = NIOLockedValueBox(0)

    init() throws {
        host = try ExampleHost()
        try host.write(
            "malaposta.yaml", ExampleHost.hostFile.replacing("allow_unproven: true", with: "addresses: [203.0.113.10]"))
        control = HostControl(host.folders) { [clock] in clock.withLockedValue { $0 } }
        let zone = zone
        let toolbox = DomainToolbox { [made] _ in
            made.withLockedValue { $0 += 1 }
            return DomainTools(resolver: zone, servers: AuthoritativeServers(zone), webSite: WebSite(zone))
        }
        domains = HostedDomains(control, toolbox, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func apply() async throws { _ = try await control.apply(configuration: host.folders.configuration, plan: nil) }

    private func hosted() async throws -> HostedDomain {
        let number = try #require(host.folders.generations.currentNumber)
        let generation = try await Generation.open(host.folders.generations, number: number)
        return try #require(try await generation.domain(try DomainName("acme.example")))
    }

    private func publishProof() async throws {
        let records = try await domains.report("acme.example", looks: false).records
        let proof = try #require(records.first { $0.purpose == .ownership })
        zone.publish(proof.value, at: proof.name.text)
    }

    @Test func takeMailOnceTheirProofIsSeen() async throws {
        #expect(
            try await control.plan(configuration: host.folders.configuration).text.contains(
                "inactive until the ownership TXT is seen"))
        #expect(try await control.plan(configuration: host.folders.configuration).effect.starting == 0)
        try await apply()
        #expect(try await !hosted().isActive)
        try await domains.round(watchPause: 3_600)
        #expect(try await !hosted().isActive)
        try await publishProof()
        try await domains.round(watchPause: 3_600)
        #expect(try await hosted().isActive)
        #expect(try await control.generations().first?.reason == "proven: acme.example")
        // And stay so, whatever DNS says later.
        zone.publish("other", at: "_malaposta.acme.example")
        try await apply()
        #expect(try await control.plan(configuration: host.folders.configuration).isEmpty)
        #expect(try await hosted().isActive)
    }

    @Test func areCheckedAnewWhereThatIsOrderedAndFromMemoryElse() async throws {
        try await apply()
        try await domains.round(watchPause: 3_600)
        try await domains.round(watchPause: 3_600)
        #expect(made.withLockedValue { $0 } == 1)
        for _ in 0..<3 { _ = try await domains.report("acme.example", looks: true) }
        #expect(made.withLockedValue { $0 } == 4)
    }

    @Test func areWatchedEachHourByThemselves() async throws {
        try await apply()
        let looks = NIOLockedValueBox<[Int64]>([])
        let pauses = NIOLockedValueBox(0)
        // Each pause of the rounds is a minute of the clock; after three hours they end.
        let rounds = DomainRounds(domains, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) {
            [clock, control] pause in
            let looked = try? await control.domain("acme.example").looked
            looks.withLockedValue { if let looked, $0.last != looked { $0.append(looked) } }
            clock.withLockedValue { $0 += pause.components.seconds }
            let count = pauses.withLockedValue { pauses in
                pauses += 1
                return pauses
            }
            if count > 180 { throw CancellationError() }
        }
        let start = clock.withLockedValue { $0 }
        await rounds.run()
        #expect(looks.withLockedValue { $0 } == [0, 3_600, 7_200, 10_800].map { start + $0 })
    }

    @Test func staySoWithoutTheirProofUntilNothingElseIsThereForLong() async throws {
        try await apply()
        try await publishProof()
        try await domains.round(watchPause: 3_600)
        let key = try await useKey()
        #expect(try await hosted().signers.map(\.selector) == [key])
        zone.publish(nil, at: "_malaposta.acme.example")
        // Neither proof nor MX: told at once, and of consequence after 30 days only.
        for _ in 0..<30 {
            _ = try await domains.report("acme.example", looks: true)
            #expect(try await hosted().isActive)
            clock.withLockedValue { $0 += 86_400 }
        }
        let codes = try await domains.report("acme.example", looks: false).findings.map(\.code)
        #expect(codes.contains("ownership-lapsing"))
        _ = try await domains.report("acme.example", looks: true)
        #expect(try await !hosted().isActive)
        #expect(try await control.generations().first?.reason == "proof lapsed: acme.example")
        #expect(try await hosted().signers.isEmpty)
        let number = host.folders.generations.currentNumber
        try await domains.begin()
        #expect(host.folders.generations.currentNumber == number, "nothing is left to be done")
        try await publishProof()
        _ = try await domains.report("acme.example", looks: true)
        #expect(try await hosted().isActive)
        #expect(try await hosted().signers.map(\.selector) == [key])
    }

    @Test func haveKeysThatOthersMayNotRead() async throws {
        try await apply()
        let keys = try await domains.report("acme.example", looks: false).keys
        #expect(Set(keys.map(\.algorithm)) == ["rsa", "ed25519"])
        #expect(keys.allSatisfy { $0.state == .pending })
        for key in keys {
            var status = stat()
            let path = "\(host.folders.keys)/\(KeyFiles.name(try DomainName("acme.example"), key.selector))"
            #expect(unsafe stat(path, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o640)
        }
        #expect(try await hosted().signers.isEmpty)
    }

    /// Has an Ed25519 key used as if every server showed it.
    private func useKey() async throws -> String {
        let keys = try await domains.report("acme.example", looks: false).keys
        let selector = try #require(keys.first { $0.algorithm == "ed25519" }).selector
        _ = try await control.change([.move(selector: selector, .active)], of: control.domain("acme.example").site)
        return selector
    }

    @Test func signWithAKeyThatBecomesActive() async throws {
        try await apply()
        let key = try await useKey()
        #expect(try await hosted().signers.isEmpty, "the domain is not proven")
        try await publishProof()
        try await domains.round(watchPause: 3_600)
        #expect(try await hosted().signers.map(\.selector) == [key])
    }

    @Test func areForgottenAfterTheGracePeriodOnly() async throws {
        try await apply()
        try await publishProof()
        try await domains.round(watchPause: 3_600)
        let other = "tenants/acme/domains/other.example.yaml"
        try host.write(other, "schema: 1\nname: other.example\n")
        try host.remove("tenants/acme/domains/acme.example.yaml")
        try host.accounts { $0.replacing("acme.example", with: "other.example") }
        try await apply()
        #expect(
            try await control.domainSummaries().map { "\($0.domain) \($0.state)" } == [
                "other.example declared", "acme.example retiring",
            ])
        clock.withLockedValue { $0 += 31 * 86_400 }
        try await domains.round(watchPause: 3_600)
        #expect(try await control.domainSummaries().map(\.domain.ascii) == ["other.example"])
    }

    @Test func findAStopHalfWayAndGoOn() async throws {
        try await apply()
        let database = try ControlDatabase(host.folders)
        try DomainTable(database.connection).prove(try DomainName("acme.example"), try TenantID("acme"), at: 1)
        #expect(try await !hosted().isActive)
        try await domains.begin()
        #expect(try await hosted().isActive)
        let number = host.folders.generations.currentNumber
        try await domains.begin()
        #expect(host.folders.generations.currentNumber == number)
    }

    @Test func publishTheirRecordsWhereTheirFileSaysSo() async throws {
        let server = try await UpdatableServer(zone: "acme.example")
        try host.write("tenants/acme/tsig.key", UpdatableServer.secret + "\n")
        try host.write(
            "tenants/acme/domains/acme.example.yaml",
            """
            schema: 1
            name: acme.example
            dns: { mode: rfc2136, server: 127.0.0.1, port: \(server.port), zone: acme.example, key_name: \(UpdatableServer.keyName), key_file: tsig.key }

            """)
        try await apply()
        try await domains.round(watchPause: 3_600)
        let report = try await domains.report("acme.example", looks: false)
        #expect(report.isPublished)
        #expect(report.publishingProblems.isEmpty, "\(report.publishingProblems)")
        let named = NamedServer(try #require(ServerAddress("127.0.0.1@\(server.port)")))
        for record in report.records where record.place == .domain && record.type == "TXT" {
            let shown = try await named.ask(record.name, .txt).records(.txt, at: record.name)
            #expect(shown.contains(.text(Array(record.value.utf8))), "\(record.name)")
        }
    }

    @Test func tellWhatIsUnknown() async throws {
        try await apply()
        await #expect(throws: ControlError.self) { try await domains.report("nobody.example", looks: false) }
    }
}
