import Directory
import DirectoryTestSupport
import Mail
import Testing

@Suite("Who may send as whom") struct SenderTests {
    private let example: ExampleTenants
    private let generation: Generation

    init() throws {
        example = try ExampleTenants()
        generation = Generation(number: 1, content: try example.content)
    }

    @Test(arguments: [
        ("ana@acme.example", true), ("Ana@ACME.example", true), ("ana+shop@acme.example", true),
        ("a.conceicao@acme.example", true), ("ana@acme-old.example", true), ("info@acme.example", true),
        ("rui@acme.example", false), ("ana@else.example", false), ("team@acme.example", false),
    ])
    func ana(text: String, expected: Bool) async throws {
        #expect(try await generation.maySend(example.ana.id, as: address(text)) == expected)
    }

    @Test func aSuspendedAccountSendsNothing() async throws {
        #expect(try await !generation.maySend(example.rui.id, as: example.rui.address))
    }

    @Test func logInByAddressOrAlias() async throws {
        for login in ["ana@acme.example", "A.Conceicao@acme.example", "ana@acme-old.example"] {
            #expect(try await generation.account(named: login)?.id == example.ana.id)
        }
        for login in ["ana", "", "team@acme.example", "ana+x@acme.example", "ana@else.example", "\u{0}@acme.example"] {
            #expect(try await generation.account(named: login) == nil)
        }
    }

    @Test(arguments: [
        ("conceicao", true), ("CONCEIÇ", true), ("a.con", false), ("ana@ac", true), ("nceicao", false), ("", false),
    ])
    func suggestions(prefix: String, found: Bool) async throws {
        let people = try await generation.people(of: example.ana.tenant, prefix: prefix, limit: 5)
        #expect(people.contains { $0.account == example.ana.id } == found)
    }

    @Test func retiredPeopleAreNotSuggested() async throws {
        #expect(try await generation.people(of: example.ana.tenant, prefix: "gone", limit: 5).isEmpty)
    }
}
