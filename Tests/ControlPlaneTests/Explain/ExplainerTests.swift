import Directory
import Mail
import Testing
import Upkeep

@testable import ControlPlane

@Suite("What explain says") struct ExplainerTests {
    private func explainer(
        _ usage: @escaping @Sendable ([AccountID]) async -> [AccountID: AccountUsage] = { _ in [:] }
    ) async throws -> Explainer {
        let host = try ExampleHost()
        return Explainer(try await HostControl(host.folders).candidate(configuration: host.folders.configuration), usage: usage)
    }

    @Test(arguments: [
        ("ana@acme.example", "250 2.1.5", true), ("r.lima@acme.example", "250 2.1.5", true),
        ("rui+list@acme.example", "250 2.1.5", true), ("nobody@acme.example", "550 5.1.1", false),
        ("ana@elsewhere.example", "550 5.7.1", false), ("postmaster@acme.example", "250 2.1.5", true),
    ])
    func answers(text: String, answer: String, isTaken: Bool) async throws {
        let explanation = try await explainer().explain(try Address(text))
        #expect(explanation.answer.hasPrefix(answer))
        #expect(explanation.isTaken == isTaken)
        for line in explanation.text.split(separator: "\n") { #expect(line.count <= 80) }
    }

    @Test func theWholeText() async throws {
        let explanation = try await explainer { accounts in
            Dictionary(uniqueKeysWithValues: accounts.map { ($0, AccountUsage(account: $0, octets: 2_048, messages: 3)) })
        }.explain(try Address("r.lima+news@acme.example"))
        #expect(
            explanation.text.split(separator: "\n").map(String.init).prefix(6) == [
                "r.lima+news@acme.example",
                "  domain     acme.example is hosted here for tenant acme",
                "  mailbox    r.lima@acme.example: user, an address of rui@acme.example (detail",
                "             \"news\" taken off)",
                "  answer     taken: 250 2.1.5 Recipient ok",
                "Copies go to",
            ])
        #expect(explanation.text.contains("detail \"news\""))
        #expect(explanation.text.contains("2 KB of "))
        #expect(explanation.maySendAs.map(\.description) == ["rui@acme.example"])
    }

    @Test func aFullMailboxIsRefusedAsRCPTDoes() async throws {
        let full = try await explainer { accounts in
            Dictionary(uniqueKeysWithValues: accounts.map { ($0, AccountUsage(account: $0, octets: 1 << 50, messages: 1)) })
        }.explain(try Address("ana@acme.example"))
        #expect(!full.isTaken && full.answer.hasPrefix("552 5.2.2"))
        // What the trash holds makes room (F73).
        let trashed = try await explainer { accounts in
            Dictionary(
                uniqueKeysWithValues: accounts.map {
                    ($0, AccountUsage(account: $0, octets: 1 << 50, messages: 1, purgeable: 1 << 50))
                })
        }.explain(try Address("ana@acme.example"))
        #expect(trashed.isTaken)
    }

    @Test func fromOneToAnother() async throws {
        let explainer = try await explainer()
        let inside = try await explainer.explain(from: try Address("ana@acme.example"), to: try Address("x@elsewhere.example"))
        #expect(inside.isTaken && inside.mayUseIt.map(\.address.description) == ["ana@acme.example"])
        #expect(inside.receiving.outside.map(\.description) == ["x@elsewhere.example"])
        let nobodys = try await explainer.explain(from: try Address("ghost@acme.example"), to: try Address("rui@acme.example"))
        #expect(!nobodys.isTaken && nobodys.refusal != nil)
        let outside = try await explainer.explain(from: try Address("x@elsewhere.example"), to: try Address("rui@acme.example"))
        #expect(outside.isTaken && outside.mayUseIt.isEmpty)
        let through = try await explainer.explain(
            from: try Address("x@elsewhere.example"), to: try Address("y@elsewhere.example"))
        #expect(!through.isTaken)
    }

    @Test func badFilesHaveNoExplanation() async throws {
        let host = try ExampleHost()
        try host.write("malaposta.yaml", "schema: 1\n")
        await #expect(throws: ControlError.self) {
            _ = try await HostControl(host.folders).candidate(configuration: host.folders.configuration)
        }
    }

    @Test func tenants() async throws {
        let host = try ExampleHost()
        let control = HostControl(host.folders)
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
        let tenants = try await control.tenants()
        #expect(tenants.map(\.id.text) == ["acme"])
        #expect(tenants[0].users == 3 && tenants[0].sharedMailboxes == 1 && tenants[0].domains.count == 1)
        #expect(tenants[0].admins.map(\.description) == ["ana@acme.example"])
        for line in tenants[0].text.split(separator: "\n").map(String.init) + TenantRecord.table(tenants) {
            #expect(line.count <= 80)
        }
    }
}
