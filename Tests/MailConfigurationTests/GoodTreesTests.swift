import Mail
import MailConfiguration
import Testing

@Suite("Good trees") struct GoodTreesTests {
    private static let head = """
        schema: 1
        users:
          - { id: rita, address: rita@acme.example, name: Rita Dias, aliases: [sales@acme.example] }
          - { id: tomas, address: tomas@acme.example, name: Tomás Oliveira }

        """

    private func acme(_ files: [String: String]) throws -> TenantConfiguration {
        let tree = TestTrees.tree(replacing: files)
        #expect(TestTrees.findings(tree) == "")
        return try #require(ConfigurationTree.read(tree).tree?.tenants.first)
    }

    private func acme(accounts: String) throws -> TenantConfiguration {
        try acme(["tenants/acme/accounts.yaml": Self.head + accounts])
    }

    private func id(_ text: String) throws -> LocalID { try #require(LocalID(text)) }

    @Test func referencesByIDAddressAndAlias() throws {
        let tenant = try acme(
            accounts: """
                groups:
                  - { id: all, address: all@acme.example, name: All, members: [tomas, SALES@acme.example, inner@acme.example] }
                  - { id: inner, address: inner@acme.example, name: Inner, members: [rita] }
                aliases:
                  - { address: first@acme.example, to: [second@acme.example, all] }
                  - { address: second@acme.example, to: [rita@acme.example] }
                """)
        #expect(tenant.groups.first?.members.map(\.text) == ["tomas", "rita", "inner"])
        #expect(try tenant.aliases.first?.targets == [.alias(Address("second@acme.example")), .group(id("all"))])
        #expect(try tenant.aliases.last?.targets == [.account(id("rita"))])
    }

    @Test func declaredRoleAddresses() throws {
        let tenant = try acme(accounts: "aliases:\n  - { address: Postmaster@acme.example, to: [tomas] }\n")
        let roles = tenant.roleAddresses
        #expect(roles.map(\.address.description) == ["abuse@acme.example", "postmaster@acme.example"])
        #expect(roles.map(\.isDeclared) == [false, true])
        #expect(roles.map { $0.admins.map(\.text) } == [["rita"], []])
        #expect(roles.last?.declaredAt?.description == "tenants/acme/accounts.yaml:6:16")
    }

    @Test func referencesThroughAnAliasDomain() throws {
        let tenant = try acme([
            "tenants/acme/domains/b.example.yaml": "schema: 1\nname: b.example\nalias_of: acme.example\n",
            "tenants/acme/accounts.yaml": Self.head + "aliases:\n  - { address: x@acme.example, to: [rita@b.example] }\n",
        ])
        #expect(try tenant.aliases.first?.targets == [.account(id("rita"))])
        #expect(tenant.roleAddresses.allSatisfy { $0.address.domain.ascii == "acme.example" })
    }

    @Test func forwardingWhereThePlanHasIt() throws {
        let tenant = try acme([
            "tenants/acme/tenant.yaml":
                "schema: 1\nid: acme\nname: A\nadmins: [rita]\nplan: { features: [aliases, external_forwarding, catch_all] }\n",
            "tenants/acme/domains/acme.example.yaml": "schema: 1\nname: acme.example\ncatch_all: out@elsewhere.example\n",
            "tenants/acme/accounts.yaml": Self.head
                + "aliases:\n  - { address: x@acme.example, to: [joana@casadorio.example] }\n",
        ])
        #expect(try tenant.aliases.first?.targets == [.external(Address("joana@casadorio.example"))])
        #expect(try tenant.domains.first?.catchAll == .external(Address("out@elsewhere.example")))
        #expect(tenant.domains.first?.plusAddressing == false)
        #expect(!tenant.plan.allows(.imap))
    }

    @Test(arguments: ["bücher.example", "xn--bcher-kva.example"])
    func internationalDomains(fileName: String) throws {
        let tenant = try acme([
            "tenants/acme/domains/\(fileName).yaml": "schema: 1\nname: Bücher.example\n",
            "tenants/acme/accounts.yaml": Self.head + "  - { id: jo, address: jörg@bücher.example, name: Jörg }\n",
        ])
        #expect(tenant.domains.map(\.name.ascii) == ["acme.example", "xn--bcher-kva.example"])
        #expect(tenant.users.last?.address.localPart == "jörg")
    }

    @Test func sendersAndRights() throws {
        let tenant = try acme(
            accounts: """
                  - id: ines
                    address: ines@acme.example
                    name: Inês
                    senders: [office@acme.example]
                    may_send_as: [all@acme.example]
                shared_mailboxes:
                  - { id: info, address: info@acme.example, name: Info, members: [{ user: ines }, { user: sales@acme.example, rights: [read] }] }
                groups:
                  - { id: all, address: all@acme.example, name: All, may_send: members }
                """)
        #expect(tenant.users.last?.senders.map(\.description) == ["office@acme.example"])
        #expect(tenant.users.last?.maySendAs.map(\.text) == ["all"])
        #expect(tenant.sharedMailboxes.first?.members.map(\.user.text) == ["ines", "rita"])
        #expect(tenant.sharedMailboxes.first?.members.map(\.rights) == [[.read, .send], [.read]])
        #expect(tenant.groups.first?.maySend == .members)
    }

    @Test func limitsComeFromTheHost() throws {
        let host = """
            schema: 1
            host_name: mail.host.example
            listeners: [{ name: smtp, service: smtp, address: "::", port: 25 }]
            tls: { self_signed: true }
            limits: { message_size: 20 MB }
            tenant_limits: { accounts: 7, total_quota: 2 GB }
            tenants: [{ id: acme, limits: { accounts: 9 } }]
            """
        let tree = try #require(ConfigurationTree.read(TestTrees.tree(replacing: ["malaposta.yaml": host])).tree)
        #expect(tree.tenants.map(\.plan.limits.accounts) == [9, 7])
        #expect(tree.tenants.map(\.plan.limits.messageSize) == [.megabytes(20), .megabytes(20)])
        #expect(tree.tenants.map(\.plan.limits.quotaPerAccount) == [.gigabytes(2), .gigabytes(2)])
        #expect(try tree.host.limits(of: TenantID("casa")).accounts == 7)
    }

    @Test func aHostWithoutTenants() throws {
        let files = ConfigurationFiles(contents: TestTrees.base.contents.filter { !$0.key.hasPrefix("tenants/") })
        #expect(ConfigurationTree.read(files).tree?.tenants == [])
    }
}
