import Mail
import NIOCore
import Testing

@testable import SMTPServer

@Suite("The From field, RFC 5322 §3.4") struct FromFieldTests {
    @Test(arguments: [
        (" ana@acme.example\r\n", ["ana@acme.example"]), (" Ana <ana@acme.example>", ["ana@acme.example"]),
        ("\"x@y.example\" <ana@acme.example>", ["ana@acme.example"]), ("a@b.example (c@d.example)", ["a@b.example"]),
        ("(\\)x (y)) Ana\r\n <ana@acme.example>, b@c.example", ["ana@acme.example", "b@c.example"]),
        ("Team: a@b.example, <c@d.example>;", ["a@b.example", "c@d.example"]),
        ("=?utf-8?q?Ana?= <ana@acme.example>", ["ana@acme.example"]),
        ("\"a b\"@acme.example", ["\"a b\"@acme.example"]), (" , a@b.example,,", ["a@b.example"]), ("Nobody:;", []),
    ])
    func reads(_ body: String, _ wanted: [String]) {
        #expect(FromField.addresses(in: ByteBuffer(string: body))?.map(\.description) == wanted)
    }

    @Test(arguments: [
        "Ana", "<ana@acme.example", "ana@acme.example>", "a@b.example <c@d.example>", "<a@b.example> <c@d.example>",
        "a@b@c.example",
        "(ana@acme.example", "\"ana@acme.example", "<>", "a b@c.example", "G: a@b.example", "a@[192.0.2.1]",
        "<@x.example:a@b.example>",
        "a@b.example;", "a@b.example\\",
    ])
    func refuses(_ body: String) {
        #expect(FromField.addresses(in: ByteBuffer(string: body)) == nil)
    }

    @Test func nestedCommentsAreBounded() {
        let deep = String(repeating: "(", count: 21) + String(repeating: ")", count: 21) + "a@b.example"
        #expect(FromField.addresses(in: ByteBuffer(string: deep)) == nil)
    }
}

@Suite("Headers that come in pieces, RFC 5322 §2.2") struct HeaderScanTests {
    @Test(arguments: [
        ("A: b\r\n\r\nbody", 6), ("\r\nbody\r\n", 0), ("A: b\r\n c\r\nB:\r\n\r\n", 14), ("A: b\r\nno field\r\n", 6),
        ("no field\r\n", 0),
        ("A : b\r\n\r\n", 7), (" c\r\n", 0), ("A: b\r\n \r\n", 6),
    ])
    func findsTheEnd(_ text: String, _ length: Int) {
        for pieces in 1...text.utf8.count {
            var scan = HeaderScan()
            var all = ByteBuffer(string: text)
            var isComplete = false
            while !isComplete, let piece = all.readSlice(length: min(pieces, all.readableBytes)), piece.readableBytes > 0 {
                isComplete = scan.take(piece)
            }
            #expect(isComplete && scan.length == length, "pieces of \(pieces)")
        }
    }

    @Test func facts() {
        let facts = HeaderFacts(
            ByteBuffer(
                string:
                    "received: a\r\nReceived : b\r\nFROM: a@b.example,\r\n c@d.example\r\nDate: x\r\nMessage-Id: y\r\nFrom: z\r\n"
            ))
        #expect(facts.hops == 2 && facts.hasDate && facts.hasMessageID)
        #expect(facts.from.map { String(buffer: $0) } == [" a@b.example,\r\n c@d.example\r\n", " z\r\n"])
    }
}
