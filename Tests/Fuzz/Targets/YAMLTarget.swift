@testable import MailConfiguration

extension FuzzTargets {
    /// A configuration folder of which the first octet chooses the file that the others are.
    static let yaml = FuzzTarget(
        name: "yaml", longest: 4_096,
        pieces: [
            "schema: 1\n", "name: ", "users:\n  - ", "{ id: a, ", "address: a@acme.example", "[", "]", "{", "}", "&a ", "*a",
            "!!str ",
            "|\n", ">-\n", "\"", "'", "? ", "- ", ": ", "#", "---\n", "...\n", "<<: ", "\u{85}", "\u{2028}", "\u{feff}", "50 MB",
            "7d",
            "quota: ", "members: ", "groups:\n", "aliases:\n", "may_send: ", "catch_all: ",
        ]
    ) { octets in
        guard let first = octets.first else { return }
        let names = [
            "malaposta.yaml", "tenants/acme/tenant.yaml", "tenants/acme/accounts.yaml", "tenants/acme/domains/acme.example.yaml",
        ]
        var files = small
        files.contents[names[Int(first) % names.count]] = Array(octets.dropFirst())
        let reading = ConfigurationReading(files, recordsEffective: true)
        try expect(reading.tree != nil || reading.hasErrors, "a tree is missing without an error")
        for diagnostic in reading.diagnostics {
            let said = diagnostic.description
            try expect(
                !said.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" },
                "a finding holds control characters")
        }
    }

    private static let small = ConfigurationFiles(
        contents: [
            "malaposta.yaml": """
            schema: 1
            host_name: mail.host.example
            tls: { self_signed: true }
            listeners:
              - { name: smtp, service: smtp, address: 127.0.0.1, port: 2525 }
            tenant_limits: { accounts: 10, domains: 5, quota_per_account: 1 GB, total_quota: 10 GB }
            """,
            "tenants/acme/tenant.yaml": """
            schema: 1
            id: acme
            name: Acme
            admins: [ana]
            plan: { features: [web, imap, groups, aliases, catch_all, shared_mailboxes, plus_addressing] }
            """,
            "tenants/acme/domains/acme.example.yaml": "schema: 1\nname: acme.example\n",
            "tenants/acme/accounts.yaml": """
            schema: 1
            users:
              - { id: ana, address: ana@acme.example, name: Ana }
            groups:
              - { id: all, address: all@acme.example, name: All, members: [ana] }
            """,
        ].mapValues { Array($0.utf8) })
}
