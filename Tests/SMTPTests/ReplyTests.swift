import NIOCore
import SMTP
import Testing

@Suite("Replies, RFC 5321 §4.2, RFC 2034") struct ReplyTests {
    private func parse(_ lines: String...) throws -> Reply? {
        var parser = ReplyParser()
        var reply: Reply?
        for line in lines { reply = try parser.add(ByteBuffer(string: line)) }
        return reply
    }

    @Test func reads() throws {
        #expect(try parse("250 2.1.5 Ok") == Reply(250, EnhancedStatus(2, 1, 5), "Ok"))
        #expect(try parse("250-mail.example", "250-SIZE 10", "250 DSN") == Reply(250, nil, ["mail.example", "SIZE 10", "DSN"]))
        #expect(try parse("354") == Reply(354, nil, ""))
        #expect(try parse("550-5.7.1 one") == nil)
        // A status of another class than the code's is text.
        #expect(try parse("250 5.0.0 x") == Reply(250, nil, "5.0.0 x"))
    }

    @Test(arguments: ["", "25", "2x0 a", "199 a", "600 a", "250x", "é"]) func refuses(_ line: String) {
        #expect(throws: MalformedReply.self) { try parse(line) }
    }

    @Test func refusesMixedCodes() { #expect(throws: MalformedReply.self) { try parse("250-a", "251 b") } }

    @Test func writesNothingThatForges() {
        var buffer = ByteBuffer()
        Reply(550, EnhancedStatus(5, 1, 1), "no\r\n250 yes").write(to: &buffer)
        #expect(String(buffer: buffer) == "550 5.1.1 no??250 yes\r\n")
    }

    @Test func writesLongLinesCut() {
        var buffer = ByteBuffer()
        Reply(250, nil, String(repeating: "é", count: 400)).write(to: &buffer)
        #expect(buffer.readableBytes == 4 + 480 + 2)
    }

    @Test(arguments: ["5.1", "5.1.1.1", "3.0.0", "5..1", "5.1000.1", "x.1.1"]) func refusesStatus(_ text: String) {
        #expect(EnhancedStatus(text) == nil)
    }

    @Test func queueID() {
        #expect(MessageAcceptance(reply: Reply(250, nil, "Ok: queued as A-1"), refused: []).queueID == "A-1")
        #expect(MessageAcceptance(reply: Reply(250, nil, "Ok"), refused: []).queueID == nil)
    }
}
