import Mail
import TestSupport
import Testing

@Suite("Any text is an address, or is refused") struct MutationTests {
    private static let mutated = Mutation(pieces: [
        "@", "\"", "\\", ".", "..", "<", ">", "-", "xn--", "xn--praa-2oa", "[192.0.2.1]", " ", "\r\n", "\0", "é", "ß", "中",
        "\u{200d}",
        "\u{202e}", "\u{ff0e}", String(repeating: "a", count: 70), String(repeating: "a.", count: 130),
    ])

    private static let texts = [
        "ana@example.org", "Ana.Dias+x@EXAMPLE.org", #""ana dias"@example.org"#, #""a\"b\\c"@example.org"#, "inês@praça.example",
        "x@a.b.c.", "ana@xn--praa-2oa.example", "a@faß.example",
    ]

    /// What is taken in is written so that it is read as the same.
    @Test func addresses() async throws {
        for await var random in MutationRun("addresses", fixed: 1...10) {
            for _ in 0..<500 {
                let text = Self.mutated(Self.texts.randomElement(using: &random) ?? "", using: &random)
                guard let address = try? Address(text) else { continue }
                #expect(address.localPart.utf8.count <= 64 && !address.localPart.isEmpty)
                #expect(try Address(address.description) == address, "\(text.debugDescription)")
                #expect(address.folded.folded == address.folded, "\(text.debugDescription)")
            }
        }
    }

    @Test func domainNames() async throws {
        for await var random in MutationRun("domain names", fixed: 1...10) {
            for _ in 0..<500 {
                let address = Self.texts.randomElement(using: &random) ?? ""
                let text = Self.mutated(String(address.drop { $0 != "@" }.dropFirst()), using: &random)
                guard let name = try? DomainName(text) else { continue }
                #expect((1...253).contains(name.ascii.utf8.count))
                #expect(name.ascii.utf8.allSatisfy { $0 < 0x80 && !(0x41...0x5a).contains($0) })
                #expect(try DomainName(name.ascii) == name, "\(text.debugDescription)")
                #expect(try DomainName(name.ascii + ".") == name, "\(text.debugDescription)")
            }
        }
    }
}
