import LDAP
import Mail

@testable import MailConfiguration
@testable import Provisioning

/// A tenant of two domains, one of them an alias, with one user, one group and one alias in its files.
func tenant(_ directory: String = Examples.directory, features: String? = nil, accounts: Int = 50) throws -> TenantConfiguration {
    try host(directory, features: features, accounts: accounts).tenants[0]
}

/// A host that has only that tenant.
func host(_ directory: String = Examples.directory, features: String? = nil, accounts: Int = 50) throws -> ConfigurationTree {
    let files: [String: String] = [
        "malaposta.yaml": """
        schema: 1
        host_name: mail.test.example
        listeners: [{ name: smtp, service: smtp, address: 127.0.0.1, port: 2525 }]
        tls: { self_signed: true }
        allow_unproven: true
        """,
        "tenants/acme/tenant.yaml": """
        schema: 1
        id: acme
        name: Acme
        admins: [rita]
        plan:
          limits: { accounts: \(accounts), quota_per_account: 1 GB }
          features: \(features ?? "[web, imap, smtp_submission, shared_mailboxes, groups, aliases, external_forwarding]")
        policies: { suspend_for: 3d }
        """,
        "tenants/acme/domains/acme.example.yaml": "schema: 1\nname: acme.example\n",
        "tenants/acme/domains/acme-old.example.yaml": "schema: 1\nname: acme-old.example\nalias_of: acme.example\n",
        "tenants/acme/accounts.yaml": """
        schema: 1
        users: [{ id: rita, address: rita@acme.example, name: Rita }]
        """,
        "tenants/acme/directory.yaml": directory,
        "tenants/acme/ldap.secret": "secret\n",
    ]
    let (tree, diagnostics) = ConfigurationTree.read(ConfigurationFiles(contents: files.mapValues { Array($0.utf8) }))
    guard let tree else { throw Unusable(text: diagnostics.map(\.description).joined(separator: "\n")) }
    return tree
}

struct Unusable: Error {
    var text: String
}

enum Examples {
    static let directory = preset("openldap")

    static func preset(_ name: String, more: String = "") -> String {
        """
        schema: 1
        directories:
          - id: corp
            preset: \(name)
            urls: [ldaps://ldap.acme.example]
            base: dc=acme,dc=example
            shared_mailboxes: { filter: (cn=shared) }
        \(more)
        """
    }

    static func map(_ preset: String, more: String = "") throws -> AttributeMap {
        try AttributeMap(tenant(Self.preset(preset, more: more)).directories[0], domains: [])
    }

    static func entry(_ name: String, _ attributes: [String: [String]]) -> Entry {
        Entry(
            name: DistinguishedName(rawValue: name),
            attributes: Dictionary(attributes.map { ($0.key.lowercased(), $0.value.map { Array($0.utf8) }) }) { $1 })
    }

    static func kept(
        _ kind: DirectoryNames.Kind, _ id: String, since: Int64 = 0, missing: Int64? = nil, directory: String = "corp",
        _ fill: (inout DirectoryObject) -> Void
    ) -> SnapshotDatabase.Kept {
        var object = DirectoryObject(name: "cn=\(id),dc=acme", key: "cn=\(id),dc=acme")
        fill(&object)
        return SnapshotDatabase.Kept(
            directory: directory, kind: kind, stableID: id, object: object, firstSeen: since, missingSince: missing,
            isElsewhere: false)
    }

    static func person(_ id: String, _ addresses: String..., logins: [String] = [], missing: Int64? = nil)
        -> SnapshotDatabase.Kept
    {
        kept(.user, id, missing: missing) {
            $0.addresses = addresses
            $0.logins = logins
        }
    }

    static func group(_ id: String, _ address: String?, _ members: [MemberReference]) -> SnapshotDatabase.Kept {
        kept(.group, id) {
            $0.addresses = address.map { [$0] } ?? []
            $0.members = members
        }
    }
}
