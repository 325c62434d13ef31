import Mail
import Testing

@Suite("Ids, sizes and flags") struct ValueTests {
    @Test(arguments: [
        (0, "0 B"), (1023, "1023 B"), (1024, "1 KB"), (1536, "1.5 KB"), (86_016, "84 KB"), (1_468_006, "1.3 MB"),
        (50 << 20, "50 MB"), (10 << 30, "10 GB"), (3 << 40, "3 TB"), (5000 << 40, "5000 TB"),
    ])
    func sizesAreReadable(octets: Int, text: String) {
        #expect(ByteCount(octets).description == text)
    }

    @Test func accountIDsAreThirtyTwoDigits() throws {
        let id = AccountID(0xabc)
        #expect(id.hex == "00000000000000000000000000000abc")
        #expect(AccountID(hex: id.hex) == id)
        #expect(AccountID(hex: "ABC") == nil)
        #expect(AccountID(hex: String(repeating: "G", count: 32)) == nil)
        #expect(AccountID(hex: String(repeating: "F", count: 32)) == nil)
        #expect(AccountID(hex: String(repeating: "f", count: 32))?.value == .max)
    }

    @Test(arguments: ["", "Acme", "a_b", "-a", "a-", "a.b", "../etc", String(repeating: "a", count: 64)])
    func tenantIDsAreNarrow(text: String) {
        #expect(throws: MailSyntaxError.self) { try TenantID(text) }
    }

    @Test func tagsAreLowerCaseAtoms() {
        #expect(Tag("To-Pay")?.name == "to-pay")
        #expect(Tag("$Label1")?.name == "$label1")
        for text in ["", "a b", "a(b", "\\Seen", "a\"b", "a*", "a%", "é", "a]", String(repeating: "a", count: 65)] {
            #expect(Tag(text) == nil, "\(text)")
        }
    }
}
