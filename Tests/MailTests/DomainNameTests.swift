import Mail
import Testing

@Suite("Domain names, RFC 1034 §3.5 and RFC 5890 §2.3") struct DomainNameTests {
    @Test(arguments: [
        ("Example.ORG", "example.org", "example.org"), ("example.org.", "example.org", "example.org"),
        ("BÜCHER.example", "xn--bcher-kva.example", "bücher.example"), ("例え.jp", "xn--r8jz45g.jp", "例え.jp"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example", "bücher.example"), ("localhost", "localhost", "localhost"),
        // U+02E2, which stands for an s.
        ("xn--pra.example", "xn--pra.example", "xn--pra.example"),
    ])
    func reads(text: String, ascii: String, unicode: String) throws {
        let name = try DomainName(text)
        #expect(name.ascii == ascii)
        #expect(name.unicode == unicode)
    }

    @Test(arguments: ["", ".", "a..b", ".a", "a b", "a/b", "-a", "a-", "\u{202e}evil.example", "a\u{0}b"])
    func refuses(text: String) {
        #expect(throws: MailSyntaxError.self) { try DomainName(text) }
    }

    @Test func lengthsAreBounded() throws {
        let label = String(repeating: "a", count: 63)
        #expect(try DomainName(label).ascii.count == 63)
        #expect(throws: MailSyntaxError.self) { try DomainName(label + "a") }
        let name = [label, label, label, String(repeating: "a", count: 61)].joined(separator: ".")
        #expect(try DomainName(name).ascii.count == 253)
        #expect(throws: MailSyntaxError.self) { try DomainName("a" + name) }
    }
}
