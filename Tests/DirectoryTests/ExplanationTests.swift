import Directory
import DirectoryTestSupport
import Mail
import MailConfiguration
import Testing

@Suite("An explanation is what RCPT decides") struct ExplanationTests {
    private let example: ExampleTenants
    private let generation: Generation

    init() throws {
        example = try ExampleTenants()
        generation = Generation(number: 1, content: try example.content)
    }

    @Test(arguments: [
        "ana@acme.example", "ana+lists@acme-old.example", "whoever@all.acme.example", "nobody@acme.example", "rui@acme.example",
        "old@acme.example", "gone@acme.example", "team@acme.example", "sales@acme.example", "staff@acme.example",
        "inner@acme.example", "ana@else.example", "spy@globex.example",
    ])
    func agrees(text: String) async throws {
        for sender in [nil, "ana@acme.example", "eve@globex.example", "x@else.example"] {
            let from = try sender.map(address)
            let explained = try await generation.explain(address(text), from: from)
            #expect(try await explained.resolution == generation.resolve(address(text), from: from))
        }
    }

    @Test func stepsOfADetailInAnAliasDomain() async throws {
        let steps = try await generation.explain(address("ana+lists@acme-old.example")).steps
        #expect(
            steps == [
                .domain(name: try domain("acme-old.example"), tenant: example.ana.tenant, aliasOf: try domain("acme.example")),
                .account(example.ana.id, at: example.ana.address, .detail("lists")),
            ])
    }

    @Test func stepsOfACatchAll() async throws {
        let steps = try await generation.explain(address("whoever@all.acme.example")).steps
        #expect(steps.last == .account(example.ana.id, at: example.ana.address, .catchAll))
    }

    @Test func stepsOfGroupsWithALoop() async throws {
        let steps = try await generation.explain(address("team@acme.example")).steps
        #expect(steps.contains(.permission(.anyone, isGiven: true)))
        #expect(steps.contains(.again(try address("team@acme.example"))))
        #expect(steps.contains(.account(example.info.id, at: example.info.address, .exact)))
    }

    @Test func aRefusedSenderIsNamed() async throws {
        let explained = try await generation.explain(address("staff@acme.example"), from: address("eve@globex.example"))
        #expect(explained.resolution == .notPermitted)
        #expect(explained.steps.last == .permission(.tenant, isGiven: false))
    }

    @Test func anotherTenantIsOutside() async throws {
        let steps = try await generation.explain(address("sales@acme.example")).steps
        #expect(steps.contains(.outside(try address("eve@globex.example"))))
        #expect(steps.contains(.outside(try address("partner@else.example"))))
    }
}
