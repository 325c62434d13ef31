import Domains
import Mail
import MailConfiguration

enum Examples {
    static let secret: [UInt8] = Array("a secret of the tests, 32 octets".utf8)

    static func host(_ name: String = "mail.host.example", addresses: [String] = ["203.0.113.10"]) throws -> HostConfiguration {
        let list = addresses.map { "\"\($0)\"" }.joined(separator: ", ")
        let listeners = [("smtp", 25), ("submission", 587), ("submissions", 465), ("imap", 143), ("imaps", 993), ("https", 443)]
        let lines = listeners.map { "  - { name: \($0.0), service: \($0.0), address: 127.0.0.1, port: \($0.1) }\n" }.joined()
        return try tree("schema: 1\nhost_name: \(name)\naddresses: [\(list)]\nlisteners:\n\(lines)tls: { self_signed: true }\n")
            .host
    }

    static func tree(_ host: String, domain: String = "acme.example", file: String = "", secret: String? = nil) throws
        -> ConfigurationTree
    {
        var files = [
            "malaposta.yaml": host,
            "tenants/acme/tenant.yaml": "schema: 1\nid: acme\nname: Acme\nadmins: [ana]\nplan: { features: [web, imap] }\n",
            "tenants/acme/accounts.yaml": "schema: 1\nusers:\n  - { id: ana, address: ana@\(domain), name: Ana }\n",
            "tenants/acme/domains/\(domain).yaml": "schema: 1\nname: \(domain)\n\(file)",
        ]
        files["tenants/acme/tsig.key"] = secret
        let reading = ConfigurationReading(ConfigurationFiles(contents: files.mapValues { Array($0.utf8) }))
        guard let tree = reading.tree else { throw BadExample(text: reading.diagnostics.map { "\($0)" }.joined(separator: "\n")) }
        return tree
    }

    struct BadExample: Error {
        let text: String
    }

    /// A domain that wants `p=quarantine`, with one key in use.
    static func site(
        _ name: String, host: String = "mail.host.example", addresses: [String] = ["203.0.113.10"],
        change: (inout DomainConfiguration) throws -> Void = { _ in }
    ) throws -> DomainSite {
        let host = try Self.host(host, addresses: addresses)
        var domain = try tree(
            "schema: 1\nhost_name: h.example\nlisteners: [{ name: s, service: smtp, address: 127.0.0.1, port: 25 }]\ntls: { self_signed: true }\n",
            domain: name, file: "dmarc: { policy: quarantine }\n"
        ).tenants[0].domains[0]
        try change(&domain)
        let tenant = try TenantID("acme")
        return DomainSite(
            host: host, domain: domain, tenant: tenant,
            token: OwnershipToken(secret: secret, domain: domain.name, tenant: tenant),
            state: .declared,
            keys: [
                DomainKey(selector: "mp1e", algorithm: .ed25519, state: .active, publicKey: Array(0..<32), made: 0, changed: 0)
            ])
    }
}
