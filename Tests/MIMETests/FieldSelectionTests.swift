import NIOCore
import Testing

@testable import MIME

@Suite("Fields of a header as they stand, RFC 9051 §6.4.5.1") struct FieldSelectionTests {
    private static let header = """
        Received: from a\r
        \tby b\r
        SUBJECT : one\r
          two\r
        X-Long: x\r
        from: ana@a.example\r
        no colon here\r
         and its fold\r
        Subject: again\r
        To: rui@b.example
        """

    private func lines(_ names: [FieldName], _ header: String, excluded: Bool = false) -> String {
        String(buffer: FieldSelection(names, excluded: excluded).lines(in: ByteBuffer(string: header)))
    }

    @Test(
        arguments: [
            ([], ""),
            (["x-none"], ""),
            (["subject"], "SUBJECT : one\r\n  two\r\nSubject: again\r\n"),
            (["FROM", "x-long"], "X-Long: x\r\nfrom: ana@a.example\r\n"),
            (["to"], "To: rui@b.example"),
            (["received", "no colon here"], "Received: from a\r\n\tby b\r\n"),
        ] as [([String], String)])
    func chooses(names: [String], expected: String) {
        #expect(lines(names.map { FieldName($0) }, Self.header) == expected)
    }

    @Test(arguments: [
        ("A: 1\n\nB: 2\n", "A: 1\n"), ("A: 1\r\n\r\nA: 2\r\n", "A: 1\r\n"), ("", ""), ("\r\nA: 1", ""), ("A", ""), (":", ""),
        (" folded: 1\r\nA: 2\r\n", "A: 2\r\n"), ("B: 1\r\n A: 2\r\n", ""), ("A: 1\r", "A: 1\r"),
    ])
    func endsWithTheHeader(header: String, expected: String) { #expect(lines(["a"], header) == expected) }

    @Test func excludesFieldsWithTheirFolds() {
        let rest = lines(["subject", "received", "to"], Self.header, excluded: true)
        #expect(rest == "X-Long: x\r\nfrom: ana@a.example\r\nno colon here\r\n and its fold\r\n")
    }

    /// What is kept of a header answers for the header.
    @Test(arguments: [["subject"], ["from", "to"], ["received"], ["subject", "x-long", "from", "to", "received"]])
    func choosesTheSameOfWhatWasChosen(names: [String]) {
        let names = names.map { FieldName($0) }
        let kept = lines(["received", "subject", "from", "to", "x-long"], Self.header)
        #expect(lines(names, kept) == lines(names, Self.header))
    }
}
