import LDAP
import Testing

@Suite("Distinguished names, RFC 4514") struct DistinguishedNameTests {
    @Test(arguments: [
        ("CN=Ana,OU=People,DC=Acme,DC=Example", "cn=ana,ou=people,dc=acme,dc=example"),
        ("cn = Ana  Maria , dc=acme", "cn=ana maria,dc=acme"),
        ("cn=Dias\\, Ana,dc=acme", "cn=dias\\, ana,dc=acme"), ("cn=Dias\\2C Ana,dc=acme", "cn=dias\\, ana,dc=acme"),
        ("uid=ana+cn=Ana,dc=acme", "cn=ana+uid=ana,dc=acme"), ("CN=João,dc=acme", "cn=joão,dc=acme"),
        ("UID=User7,OU=People,DC=Acme", "uid=user7,ou=people,dc=acme"), ("cn=Ana M. Dias-Sá,dc=a", "cn=ana m. dias-sá,dc=a"),
        ("cn=Ana M. Dias,dc=a", "cn=ana m. dias,dc=a"), ("cn=Ana ,dc=a", "cn=ana,dc=a"), ("cn= Ana,dc=a", "cn=ana,dc=a"),
        ("cn=a  b,dc=a", "cn=a b,dc=a"), ("cn=-1_2.3@4,dc=a", "cn=-1_2.3@4,dc=a"), ("0.9.2342=A,dc=a", "0.9.2342=a,dc=a"),
        ("a-b=C,dc=a", "a-b=c,dc=a"),
    ])
    func haveOneForm(text: String, form: String) { #expect(DistinguishedName(rawValue: text).normalized == form) }

    @Test(arguments: ["", "ana", "cn", "cn=ana,", "=ana", "cn=a\u{0}b", "cn=a,,dc=b", "cn=a,dc", ",cn=a", "-a=b"])
    func refuses(text: String) { #expect(DistinguishedName(rawValue: text).normalized == nil) }

    @Test(arguments: [
        ("Ana", "Ana"), ("a,b", "a\\,b"), (" a ", "\\ a\\ "), ("#1", "\\#1"), ("1#", "1#"), ("a=b+c", "a\\=b\\+c"),
        ("a\"<>;\\", "a\\\"\\<\\>\\;\\\\"), ("a\nb", "a\\0ab"), ("a\u{0}b", "a\\00b"),
    ])
    func escape(value: String, escaped: String) { #expect(DistinguishedName.escaped(value) == escaped) }

    @Test(arguments: ["x,dc=evil", " a", "#", "a\\", "ü, \"q\" + =", "a;b"])
    func escapedValuesStayValues(value: String) {
        let name = DistinguishedName(rawValue: "cn=\(DistinguishedName.escaped(value)),dc=acme")
        #expect(name.normalized?.hasSuffix(",dc=acme") == true)
        #expect(name.normalized?.hasPrefix("cn=") == true)
        #expect(name.normalized?.contains("dc=evil,dc=acme") == false || name.normalized?.contains("\\,dc\\=evil") == true)
    }
}

@Suite("Filters, RFC 4515") struct FilterTests {
    @Test(arguments: [
        ("ana", "(uid=ana)"), ("*", "(uid=\\2a)"), ("a)(uid=*", "(uid=a\\29\\28uid\\3d\\2a)"), ("\\", "(uid=\\5c)"),
        ("a\u{0}", "(uid=a\\00)"), ("ç", "(uid=\\c3\\a7)"), ("", "(uid=)"),
    ])
    func escape(value: String, filter: String) { #expect(Filter.equal("uid", Array(value.utf8)).text == filter) }

    @Test func join() {
        let filter = Filter.all([.written("(objectClass=person)"), .any([.equal("mail", [0xff]), .equal("uid", [0x61])])])
        #expect(filter.text == "(&(objectClass=person)(|(mail=\\ff)(uid=a)))")
    }
}

@Suite("entryUUID, RFC 4530") struct EntryUUIDTests {
    @Test func isSixteenOctets() {
        let octets: [UInt8] = [0x59, 0x7a, 0xe2, 0xf6, 0x16, 0xa6, 0x10, 0x27, 0x98, 0xf4, 0xd2, 0x8b, 0x53, 0x65, 0xdc, 0x14]
        #expect(EntryUUID.text(octets) == "597ae2f6-16a6-1027-98f4-d28b5365dc14")
        #expect(EntryUUID.text(octets.dropLast()) == nil)
    }
}

@Suite("Connections") struct ConnectionTests {
    @Test(arguments: ["ldap://127.0.0.1:1", "ldaps://127.0.0.1:1", "ldapi://%2fnonexistent%2fsocket"])
    func sayThatNobodyAnswers(url: String) {
        #expect {
            _ = try Connection(Server(urls: [url], connectTime: .seconds(2)))
        } throws: { ($0 as? LDAPError)?.kind == .unreachable || ($0 as? LDAPError)?.kind == .tls }
    }

    @Test func needAURL() { #expect(throws: LDAPError.self) { _ = try Connection(Server(urls: [])) } }
}
