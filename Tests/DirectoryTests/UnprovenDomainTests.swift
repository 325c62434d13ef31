import Directory
import DirectoryTestSupport
import Mail
import Testing

@Suite("Domains that are only declared") struct UnprovenDomainTests {
    private let example: ExampleTenants
    private let generation: Generation

    init() throws {
        let example = try ExampleTenants()
        self.example = example
        var content = try example.content
        let acme = example.ana.tenant
        let index = try #require(content.tenants.firstIndex { $0.tenant.id == acme })
        for place in content.tenants[index].domains.indices { content.tenants[index].domains[place].isActive = false }
        generation = Generation(number: 1, content: content)
    }

    @Test(arguments: ["ana@acme.example", "ana@acme-old.example", "nobody@acme.example", "team@acme.example"])
    func takeNoMail(text: String) async throws {
        #expect(try await generation.resolve(address(text)) == .unproven)
    }

    @Test func areOtherHostsForMailOnItsWay() async throws {
        let ana = try address("ana@acme.example")
        #expect(try await generation.expand(ana, from: nil) == [.external(ana)])
    }

    @Test func areNotSentFrom() async throws {
        #expect(try await !generation.maySend(example.ana.id, as: address("ana@acme.example")))
        #expect(try await !generation.maySend(example.ana.id, as: address("info@acme.example")))
    }

    @Test func leaveOtherTenantsAlone() async throws {
        #expect(try await generation.resolve(address("eve@globex.example")) != .unproven)
    }
}
