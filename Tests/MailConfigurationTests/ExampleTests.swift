import Foundation
import Mail
import MailConfiguration
import Testing

@Suite("The example host in etc/") struct ExampleTests {
    private let reading = ConfigurationReading(folder: TestTrees.root.appending(path: "etc").path, recordsEffective: true)

    @Test func hasNoFindings() { #expect(reading.diagnostics.map(\.description) == []) }

    @Test func declaresTwoTenants() throws {
        let tree = try #require(reading.tree)
        #expect(tree.tenants.map(\.id.text) == ["acme", "casa"])
        #expect(tree.tenants.map(\.language) == [.english, .portuguese])
        #expect(tree.host.plaintextLogin == .loopback)
        #expect(tree.host.allowsUnprovenDomains)
        #expect(tree.host.listeners.map(\.port) == [2525, 2587, 2465, 2143, 2993, 8080, 8443])
        #expect(tree.host.listeners.allSatisfy { $0.address == "127.0.0.1" })
    }

    @Test func declaresAcme() throws {
        let acme = try #require(reading.tree?.tenants.first)
        #expect(acme.domains.map(\.name.ascii) == ["acme-travel.example", "acme.example"])
        #expect(acme.domains.first?.aliasOf?.ascii == "acme.example")
        let ids = acme.users.map(\.id.text)
        #expect(ids == ["rita", "tomas", "ines"])
        #expect(acme.users.first?.quota == .gigabytes(2))
        #expect(acme.users.allSatisfy { $0.passwordHash?.hasPrefix("$y$") == true && $0.passwordPosition != nil })
        #expect(acme.sharedMailboxes.first?.members.map(\.user.text) == ["rita", "tomas"])
        #expect(acme.sharedMailboxes.first?.members.first?.rights == [.read, .send, .manage])
        #expect(acme.groups.first?.members.map(\.text) == ["tomas", "ines"])
        #expect(acme.roleAddresses.map(\.address.description) == ["abuse@acme.example", "postmaster@acme.example"])
        #expect(acme.roleAddresses.allSatisfy { $0.admins.map(\.text) == ["rita"] && !$0.isDeclared })
    }

    @Test func declaresCasa() throws {
        let casa = try #require(reading.tree?.tenants.last)
        let joana = try #require(LocalID("joana"))
        #expect(casa.domains.first?.catchAll == .account(joana))
        #expect(casa.plan.limits.totalQuota == .gigabytes(10))
    }

    @Test func readsTheSameFromMemory() throws {
        var (again, diagnostics) = ConfigurationTree.read(reading.files)
        #expect(diagnostics.isEmpty)
        #expect(again == reading.tree)
        let text = try JSONEncoder().encode(again)
        #expect(try JSONDecoder().decode(ConfigurationTree?.self, from: text) == again)
        again?.forgetPositions()
        #expect(again != reading.tree)
        #expect(again?.tenants.first?.users.first?.position == .nowhere)
    }

    @Test func showsWhereMailForTheAdminsGoes() {
        let report = CheckReport(reading, folder: "etc")
        #expect(report.isFine)
        #expect(report.text.contains("postmaster@acme.example goes to the tenant's admins: rita"))
        #expect(report.text.contains("tenant casa: 1 domain, 3 users, 0 shared mailboxes, 1 group, 0 aliases"))
    }

    @Test func showsValuesWithTheirOrigin() {
        let text = EffectiveReport(reading).text
        #expect(text.contains("  limits.connections: 10000  (default)"))
        #expect(text.contains("  users[tomas].quota: 1 GB  (line 23)"))
        #expect(text.contains("  users[rita].quota: 2 GB  (tenants/acme/tenant.yaml:17:24)\n  users[rita].language: en"))
        #expect(text.contains("  plan.limits.messages_per_day: 2000  (malaposta.yaml:69:21)"))
        #expect(!text.contains("$y$"))
    }
}
