import Foundation
import MailConfiguration
import Testing

@Suite("Hostile text") struct HostileTextTests {
    private func codes(accounts: String) -> [String] {
        ConfigurationTree.read(TestTrees.tree(replacing: ["tenants/acme/accounts.yaml": accounts])).diagnostics.map(\.code)
    }

    @Test func aStarInTextStaysAStar() throws {
        let files = TestTrees.tree(replacing: [
            "tenants/acme/tenant.yaml": "schema: 1\nid: acme\nname: A * star, *two* and \"more\" # *no alias\nadmins: [rita]\n"
        ])
        let (tree, diagnostics) = ConfigurationTree.read(files)
        #expect(diagnostics.isEmpty)
        #expect(tree?.tenants.first?.name == "A * star, *two* and \"more\"")
    }

    @Test func scalarsAreText() {
        let files = TestTrees.tree(replacing: ["tenants/acme/tenant.yaml": "schema: 1\nid: acme\nname: no\nadmins: [rita]\n"])
        #expect(ConfigurationTree.read(files).tree?.tenants.first?.name == "no")
    }

    @Test func byteOrderMarkAndLineEnds() {
        for text in [
            "\u{FEFF}schema: 1\nid: acme\nname: A\nadmins: [rita]\n", "schema: 1\r\nid: acme\r\nname: A\r\nadmins: [rita]",
        ] {
            let files = TestTrees.tree(replacing: ["tenants/acme/tenant.yaml": text])
            #expect(TestTrees.findings(files) == "")
        }
    }

    @Test(arguments: ["\n", "\r\n", "\r", "\u{85}", "\u{2028}"])
    func linesAreCountedAsTheYAMLReaderDoes(end: String) {
        let text = ["schema: 1", "id: acme", "name: A", "admins: [rita]", "langauge: en"].joined(separator: end)
        let files = TestTrees.tree(replacing: ["tenants/acme/tenant.yaml": text])
        let found = ConfigurationTree.read(files).diagnostics
        #expect(found.map(\.position) == [SourcePosition(file: "tenants/acme/tenant.yaml", line: 5, column: 1)])
        #expect(found.first?.sourceLine == "langauge: en")
    }

    @Test func findingsAreBounded() {
        let users = (0..<3000).map { "  - { id: u\($0) }\n" }.joined()
        let found = ConfigurationTree.read(
            TestTrees.tree(replacing: ["tenants/acme/accounts.yaml": "schema: 1\nusers:\n\(users)"]))
        #expect(found.diagnostics.count == 1001)
        #expect(found.diagnostics.last?.code == "too-many")
    }

    @Test(arguments: [(64, [String]()), (65, ["bad-value"])])
    func numberOfListeners(count: Int, codes: [String]) {
        let listeners = (1...count).map { "  - { name: l\($0), service: imap, address: 127.0.0.1, port: \($0) }\n" }.joined()
        let host = "schema: 1\nhost_name: mail.host.example\ntls: { self_signed: true }\nlisteners:\n\(listeners)"
        let found = ConfigurationTree.read(TestTrees.tree(replacing: ["malaposta.yaml": host])).diagnostics
        #expect(found.map(\.code) == codes)
    }

    @Test func manyDuplicateKeys() {
        let keys = String(repeating: "users: []\n", count: 200)
        #expect(Set(codes(accounts: "schema: 1\n\(keys)")).contains("duplicate-key"))
    }

    @Test func longChainsOfGroups() {
        let head = String(decoding: TestTrees.base.contents["tenants/acme/accounts.yaml"] ?? [], as: UTF8.self)
        let groups = (0..<3000).map {
            "  - { id: g\($0), address: g\($0)@acme.example, name: G, members: [g\(($0 + 1) % 3000)] }\n"
        }
        #expect(codes(accounts: "\(head)groups:\n\(groups.joined())") == ["loop"])
    }

    /// Every file cut off at every place, and with single octets changed, is read without a crash.
    @Test(arguments: TestTrees.base.contents.keys.sorted())
    func cutAndChanged(path: String) throws {
        let octets = try #require(TestTrees.base.contents[path])
        var files = TestTrees.base
        for index in octets.indices {
            files.contents[path] = Array(octets[..<index])
            _ = ConfigurationTree.read(files)
            for octet in [0x00, 0x22, 0x2a, 0x3a, 0x7b] as [UInt8] where index.isMultiple(of: 2) {
                var changed = octets
                changed[index] = octet
                files.contents[path] = changed
                _ = ConfigurationTree.read(files).diagnostics.map(\.description)
            }
        }
    }
}
