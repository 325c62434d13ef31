import Directory
import DirectoryTestSupport
import Mail
import Testing

@Suite("Tenants are walls") struct WallTests {
    private let example: ExampleTenants
    private let generation: Generation

    init() throws {
        example = try ExampleTenants()
        generation = Generation(number: 1, content: try example.content)
    }

    @Test func anAliasIntoAnotherTenantGoesOutside() async throws {
        let targets = try await generation.expand(address("spy@globex.example"), from: nil)
        #expect(targets == [.external(example.ana.address), .external(try address("team@acme.example"))])
        let sales = try await generation.expand(address("sales@acme.example"), from: nil)
        #expect(sales.contains(.external(example.eve.address)))
    }

    @Test func suggestionsStayInside() async throws {
        let acme = try await generation.people(of: example.ana.tenant, prefix: "ana", limit: 10)
        #expect(acme.map(\.account) == [example.ana.id])
        let globex = try await generation.people(of: example.eve.tenant, prefix: "ana", limit: 10)
        #expect(globex.map(\.account) == [example.eve.id])
    }

    @Test func nobodySendsAsAnotherTenant() async throws {
        #expect(try await !generation.maySend(example.eve.id, as: example.ana.address))
        #expect(try await !generation.maySend(example.ana.id, as: example.eve.address))
    }

    @Test func accountsOfATenantAreItsOwn() async throws {
        #expect(try await generation.accounts(of: example.eve.tenant).map(\.id) == [example.eve.id])
        #expect(try await generation.domains(of: example.eve.tenant).map(\.name.ascii) == ["globex.example"])
    }

    @Test func noTenantCanNameAnothersAccount() throws {
        let pairs = [("ab", "c"), ("a", "bc"), ("a", "b")]
        let ids = try pairs.map { try AccountIdentity(tenant: TenantID($0.0), source: "files", stableID: $0.1).accountID }
        #expect(Set(ids).count == pairs.count)
        let moved = try AccountIdentity(tenant: TenantID("a"), source: "filesb", stableID: "c").accountID
        #expect(try moved != AccountIdentity(tenant: TenantID("a"), source: "files", stableID: "bc").accountID)
    }

    @Test func theIdNeverChanges() throws {
        let id = try AccountIdentity(tenant: TenantID("acme"), stableID: "ana").accountID
        // printf '\0\0\0\0\0\0\0\4acme\0\0\0\0\0\0\0\5files\0\0\0\0\0\0\0\3ana' | sha256sum | cut -c1-32
        #expect(id.hex == "bd5299fe64b2f887583af5935291a269")
    }
}
