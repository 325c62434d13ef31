import Directory
import DirectoryTestSupport
import Mail
import Testing

@Suite("What becomes of mail to an address") struct RoutingTests {
    private let example: ExampleTenants
    private let generation: Generation

    init() throws {
        example = try ExampleTenants()
        generation = Generation(number: 1, content: try example.content)
    }

    @Test(arguments: ["ana@acme.example", "ANA@acme.example", "ana@acme-old.example"])
    func aMailbox(text: String) async throws {
        let expected = ExpandedTarget.account(example.ana.id, detail: nil, as: example.ana.address)
        #expect(try await generation.resolve(address(text)) == .accounts([expected]))
    }

    @Test func aDetail() async throws {
        let expected = ExpandedTarget.account(example.ana.id, detail: "lists", as: example.ana.address)
        #expect(try await generation.resolve(address("ana+lists@acme.example")) == .accounts([expected]))
    }

    @Test func aCatchAllKeepsNoDetail() async throws {
        let expected = ExpandedTarget.account(example.ana.id, detail: nil, as: example.ana.address)
        #expect(try await generation.resolve(address("whoever+x@all.acme.example")) == .accounts([expected]))
    }

    @Test(arguments: [
        ("ana@else.example", Resolution.notHosted), ("nobody@acme.example", .unknown), ("rui@acme.example", .suspended),
        ("old@acme.example", .disabled), ("gone@acme.example", .disabled),
    ])
    func refusals(text: String, expected: Resolution) async throws {
        #expect(try await generation.resolve(address(text)) == expected)
    }

    @Test func aLoopOfGroupsReachesEachOnce() async throws {
        let targets = try await generation.expand(address("team@acme.example"), from: nil)
        #expect(
            targets == [
                .account(example.ana.id, detail: nil, as: example.ana.address),
                .account(example.rui.id, detail: nil, as: example.rui.address),
                .account(example.info.id, detail: nil, as: example.info.address),
            ])
    }

    @Test(arguments: [
        ("staff@acme.example", "rui@acme.example", true), ("staff@acme.example", "eve@globex.example", false),
        ("staff@acme.example", nil, false), ("inner@acme.example", "info@acme.example", true),
        ("inner@acme.example", "rui@acme.example", true), ("inner@acme.example", "someone@else.example", false),
    ])
    func whoMayWriteToAGroup(group: String, sender: String?, permitted: Bool) async throws {
        let resolution = try await generation.resolve(address(group), from: sender.map(address))
        #expect((resolution != .notPermitted) == permitted)
    }

    @Test func aSuspendedTenantDefersAll() async throws {
        var content = try example.content
        content.tenants[0].tenant.suspended = true
        for index in content.tenants[0].accounts.indices {
            content.tenants[0].accounts[index].state = .suspended(by: .tenant)
        }
        let generation = Generation(number: 2, content: content)
        for text in ["ana@acme.example", "team@acme.example", "sales@acme.example"] {
            #expect(try await generation.resolve(address(text)) == .suspended)
            #expect(try await !generation.expand(address(text), from: nil).isEmpty)
        }
    }

    @Test func expansionIsBounded() async throws {
        var content = try example.content
        let many = try (0...ExpansionLimits.targets).map { try address("u\($0)@else.example") }
        content.tenants[0].routes.append(AddressRoute(try address("flood@acme.example"), .alias(many)))
        let generation = Generation(number: 2, content: content)
        #expect(try await generation.resolve(address("flood@acme.example")) == .tooManyTargets)
        content.tenants[0].routes[content.tenants[0].routes.count - 1].route = .alias(Array(many.dropLast()))
        let atTheLimit = Generation(number: 3, content: content)
        #expect(try await atTheLimit.expand(address("flood@acme.example"), from: nil).count == ExpansionLimits.targets)
    }
}
