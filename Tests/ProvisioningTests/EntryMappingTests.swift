import LDAP
import Mail
import MailConfiguration
import Testing

@testable import Provisioning

@Suite("Entries of the presets") struct EntryMappingTests {
    private func map(_ preset: String, _ entry: Entry, _ kind: DirectoryNames.Kind = .user, more: String = "") throws
        -> EntryMapping.Mapped
    {
        try EntryMapping(Examples.map(preset, more: more)).object(entry, kind)
    }

    @Test func openldap() throws {
        let mapped = try map(
            "openldap",
            Examples.entry(
                "uid=Ana,ou=people,dc=acme",
                [
                    "entryUUID": ["597AE2F6-16A6-1027-98F4-D28B5365DC14"], "uid": ["Ana"],
                    "mail": ["ana@acme.example", "a.dias@acme.example"], "mailLocalAddress": ["dias@acme.example"],
                    "cn": ["Dias"], "displayName": ["Ana Dias"], "preferredLanguage": ["pt-BR, en;q=0.5"],
                    "memberOf": ["cn=Crew,dc=acme"], "pwdChangedTime": ["20260101000000Z"],
                ]))
        #expect(mapped.stableID == "597ae2f6-16a6-1027-98f4-d28b5365dc14")
        #expect(mapped.object.addresses == ["ana@acme.example", "a.dias@acme.example", "dias@acme.example"])
        #expect(mapped.object.logins == ["ana"])
        #expect(mapped.object.displayName == "Ana Dias")
        #expect(mapped.object.language == .portuguese)
        #expect(mapped.object.memberOf == ["cn=crew,dc=acme"])
        #expect(mapped.object.passwordMark == "20260101000000Z")
        #expect(!mapped.object.isSuspended)
    }

    @Test func activeDirectory() throws {
        var entry = Examples.entry(
            "CN=Ana Dias,CN=Users,DC=corp",
            [
                "sAMAccountName": ["ana"], "userPrincipalName": ["ana@corp.local"], "mail": ["old@acme.example"],
                "proxyAddresses": ["smtp:a.dias@acme.example", "SMTP:ana@acme.example", "X500:/o=Acme", "sip:ana@acme.example"],
                "displayName": ["Ana Dias"], "userAccountControl": ["514"], "pwdLastSet": ["133"],
            ])
        entry.attributes["objectguid"] = [
            [0xf6, 0xe2, 0x7a, 0x59, 0xa6, 0x16, 0x27, 0x10, 0x98, 0xf4, 0xd2, 0x8b, 0x53, 0x65, 0xdc, 0x14]
        ]
        let mapped = try map("active-directory", entry)
        #expect(mapped.stableID == "597ae2f6-16a6-1027-98f4-d28b5365dc14")
        #expect(mapped.object.addresses == ["ana@acme.example", "old@acme.example", "a.dias@acme.example"])
        #expect(mapped.object.logins == ["ana", "ana@corp.local"])
        #expect(mapped.object.isSuspended)
        // The search for this one entry asks for the octets as they are.
        let search = try Examples.map("active-directory").search(.user, stableID: mapped.stableID)
        #expect(search?.filter.text.hasSuffix("(objectGUID=\\f6\\e2zY\\a6\\16\\27\\10\\98\\f4\\d2\\8bSe\\dc\\14))") == true)
    }

    @Test func freeipa() throws {
        let map = try Examples.map("freeipa")
        #expect(map.search(.user)?.base == "cn=users,cn=accounts,dc=acme,dc=example")
        let entry = Examples.entry(
            "uid=ana,cn=users,cn=accounts,dc=acme",
            ["ipaUniqueID": ["0f4e2a3c-0001"], "uid": ["ana"], "mail": ["ana@acme.example"], "nsAccountLock": ["true"]])
        let mapped = try EntryMapping(map).object(entry, .user)
        #expect(mapped.object.isSuspended)
        #expect(mapped.stableID == "0f4e2a3c-0001")
    }

    @Test func lldap() throws {
        let map = try Examples.map("lldap")
        #expect(map.search(.user)?.base == "ou=people,dc=acme,dc=example")
        #expect(map.search(.group)?.base == "ou=groups,dc=acme,dc=example")
    }

    @Test func filesChangeTheMap() throws {
        let more = "    users: { attributes: { login: [mail], aliases: [], quota: mailQuota, quota_unit: MB } }"
        let search = try Examples.map("openldap", more: more).search(.user)
        #expect(search?.attributes.contains("mailQuota") == true)
        #expect(search?.attributes.contains("mailLocalAddress") == false)
    }

    private static let sizes: [(String, Int?)] = [
        ("200", 209_715_200), ("5 GB", 5_368_709_120), ("5G", 5_368_709_120), ("1048576 B", 1_048_576), ("0", nil), ("much", nil),
        ("-1", nil), ("99999999999999999999", nil), ("9223372036854775807 GB", nil),
    ]

    @Test(arguments: sizes)
    func quotas(text: String, octets: Int?) throws {
        let more = "    users: { attributes: { quota: mailQuota, quota_unit: MB } }"
        let entry = Examples.entry("uid=a,dc=b", ["entryUUID": ["a"], "mail": ["a@acme.example"], "mailQuota": [text]])
        let mapped = try map("openldap", entry, more: more)
        #expect(mapped.object.quota == octets)
        #expect(mapped.object.findings.isEmpty == (octets != nil || text == "0"))
    }

    @Test(arguments: [[], [""], [String(repeating: "x", count: 129)], ["a b"], ["a/b"], ["a\u{0}"]])
    func refusesIDs(values: [String]) throws {
        let entry = Examples.entry("uid=a,dc=b", ["entryUUID": values, "mail": ["a@acme.example"]])
        #expect { _ = try map("openldap", entry) } throws: { ($0 as? DirectoryFinding)?.code == .noID }
    }

    @Test func takesHostileValues() throws {
        let many = (0..<1000).map { "a\($0)@acme.example" }
        let entry = Examples.entry(
            "uid=a,dc=b",
            [
                "entryUUID": ["a"], "mail": many, "displayName": ["a\u{1b}[2J\nb"],
                "uid": [String(repeating: "x", count: 100_000), ""],
            ])
        let mapped = try map("openldap", entry)
        #expect(mapped.object.addresses.count == EntryMapping.mostAddresses)
        #expect(mapped.object.displayName == "a[2Jb")
        #expect(mapped.object.logins.isEmpty)
        #expect(mapped.object.findings.map(\.code).contains(.tooManyValues))
    }

    @Test(arguments: [(EntryMapping.mostMembers, true), (EntryMapping.mostMembers + 1, false), (100_000, false)])
    func members(count: Int, fits: Bool) throws {
        let entry = Examples.entry("cn=g,dc=b", ["entryUUID": ["g"], "memberUid": (0..<count).map { "u\($0)" }])
        let mapped = try map("openldap", entry, .group)
        #expect(mapped.object.members.count == (fits ? count : 0))
        #expect(mapped.object.findings.isEmpty == fits)
    }

    private static let forms: [(String, MemberReference?)] = [
        ("cn=Ana,dc=acme", .entry("cn=ana,dc=acme")), ("ANA", .login("ana")),
        ("ana@acme.example", .address("ana@acme.example")), ("", nil),
    ]

    @Test(arguments: forms)
    func references(text: String, reference: MemberReference?) { #expect(EntryMapping.reference(text) == reference) }
}
