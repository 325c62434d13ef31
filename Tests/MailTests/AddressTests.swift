import Mail
import Testing

@Suite("Addresses, RFC 5321 §4.1.2 and RFC 6531 §3.3") struct AddressTests {
    @Test(arguments: [
        ("ana@example.org", "ana", "example.org", "ana@example.org"),
        ("Ana.Dias+x@EXAMPLE.org", "Ana.Dias+x", "example.org", "Ana.Dias+x@example.org"),
        (#""ana dias"@example.org"#, "ana dias", "example.org", #""ana dias"@example.org"#),
        (#""a\"b\\c"@example.org"#, #"a"b\c"#, "example.org", #""a\"b\\c"@example.org"#),
        (#""plain"@example.org"#, "plain", "example.org", "plain@example.org"),
        (#""a@b"@example.org"#, "a@b", "example.org", #""a@b"@example.org"#),
        ("inês@praça.example", "inês", "xn--praa-2oa.example", "inês@xn--praa-2oa.example"),
        ("x@a.b.c.", "x", "a.b.c", "x@a.b.c"),
    ])
    func reads(text: String, local: String, domain: String, written: String) throws {
        let address = try Address(text)
        #expect(address.localPart == local)
        #expect(address.domain.ascii == domain)
        #expect(address.description == written)
        #expect(try Address(written) == address)
    }

    @Test(arguments: [
        ("", "an address has no @"), ("ana", "an address has no @"),
        ("@example.org", "an address holds a character that needs quotes"),
        (".ana@example.org", "an address holds a character that needs quotes"),
        ("a..b@example.org", "an address holds a character that needs quotes"),
        ("a b@example.org", "an address holds a character that needs quotes"),
        ("<ana@example.org>", "an address holds a character that needs quotes"),
        (#""ana@example.org"#, "a quoted local part does not end"),
        (#""an"a"@example.org"#, "a quoted local part ends too early"),
        (#""ana\"@example.org"#, "a quoted local part ends in a backslash"),
        (#"""@example.org"#, "an address has nothing before its @"),
        ("\"a\r\nb\"@example.org", "an address holds a control character"),
        ("ana@", "a domain name is empty"), ("ana@.", "a domain name is empty"),
        ("ana@-a.example", "a label of a domain name holds something else than letters, digits and inner hyphens"),
        ("ana@a_b.example", "a label of a domain name holds something else than letters, digits and inner hyphens"),
        ("ana@[192.0.2.1]", "a label of a domain name holds something else than letters, digits and inner hyphens"),
    ])
    func refuses(text: String, because reason: String) {
        #expect(throws: MailSyntaxError(reason)) { try Address(text) }
    }

    @Test func lengthsAreBounded() throws {
        let local = String(repeating: "a", count: 64)
        #expect(try Address(local + "@example.org").localPart.count == 64)
        #expect(throws: MailSyntaxError("an address has more than 64 octets before its @")) {
            try Address(local + "a@example.org")
        }
    }

    @Test func foldedAddressesAreTheSameMailbox() throws {
        #expect(try Address("Ana.Dias@Example.org").folded == Address("ana.dias@example.org"))
        #expect(try Address("ana@example.org") != Address("Ana@example.org"))
    }

    @Test func detailStandsBehindTheFirstSeparator() throws {
        let split = try #require(Address("ana+list+more@example.org").splitDetail())
        #expect(split.base.description == "ana@example.org")
        #expect(split.detail == "list+more")
        #expect(try Address("ana@example.org").splitDetail() == nil)
        #expect(try Address("+list@example.org").splitDetail() == nil)
    }

    @Test func onlyLettersBeyondASCIINeedSMTPUTF8() throws {
        #expect(try Address("inês@example.org").needsSMTPUTF8)
        #expect(try !Address("ines@praça.example").needsSMTPUTF8)
    }

    @Test func aMarkUponAQuoteHidesNothing() throws {
        let address = try Address(localPart: "a\"\u{301}b\\\u{5c7}", domain: DomainName("example.org"))
        #expect(Array(address.description.utf8) == Array("\"a\\\"\u{301}b\\\\\u{5c7}\"@example.org".utf8))
        #expect(try Address(address.description) == address)
        #expect(try Address("\"\u{301}a\"@example.org").localPart == "\u{301}a")
        #expect(try Address("ana+\u{301}list@example.org").splitDetail()?.base == Address("ana@example.org"))
    }
}
