import Mail
import NIOCore
import SMTP
import Testing
import Wire

func reader(_ text: String) -> CommandReader { CommandReader(ByteBuffer(string: text)) }

@Suite("Paths, RFC 5321 §4.1.2") struct PathTests {
    @Test(arguments: [
        ("<ana@acme.example>", "ana@acme.example"), ("<\"a b\"@acme.example>", "\"a b\"@acme.example"),
        ("<@x.example,@y.example:ana@Acme.Example>", "ana@acme.example"),
        ("<\"a\\\"b\"@acme.example>", "\"a\\\"b\"@acme.example"),
        ("<josé@acme.example>", "josé@acme.example"), ("<ana+list@acme.example>", "ana+list@acme.example"),
    ])
    func reads(_ text: String, _ address: String) throws {
        var cursor = reader(text)
        #expect(try cursor.forwardPath().address?.description == address)
        #expect(cursor.isAtEnd)
    }

    @Test(arguments: [
        "", "<", "<ana", "ana@acme.example", "<ana>", "<@acme.example>", "<ana@>", "<.ana@acme.example>", "<a..b@acme.example>",
        "<ana.@acme.example>", "<a b@acme.example>", "<\"ana@acme.example>", "<ana@acme..example>", "<ana@-acme.example>",
        "<ana@[192.0.2.300]>", "<ana@[2001:db8::1]>", "<ana@acme.example", "<@x:ana@acme.example", "<\"\u{1}\"@acme.example>",
        "<\(String(repeating: "x", count: 65))@acme.example>", "<ana@\(String(repeating: "x", count: 64)).example>",
    ])
    func refuses(_ text: String) {
        #expect(throws: SMTPSyntaxError.self) {
            var cursor = reader(text)
            _ = try cursor.forwardPath()
        }
    }

    @Test func special() throws {
        var null = reader("<>")
        #expect(try null.reversePath() == .null)
        var postmaster = reader("<POSTMASTER>")
        #expect(try postmaster.forwardPath() == .postmaster)
        var literal = reader("<ana@[IPv6:2001:DB8::1]>")
        guard case .literal("ana", let address) = try literal.forwardPath() else {
            Issue.record("no literal")
            return
        }
        #expect(address.description == "[IPv6:2001:db8::1]")
    }
}

@Suite("Parameters of MAIL and RCPT") struct ParameterTests {
    private static let all: Set<Keyword> = [
        "SIZE", "BODY", "SMTPUTF8", "ENVID", "RET", "AUTH", "HOLDFOR", "HOLDUNTIL", "XSENT", "NOTIFY", "ORCPT",
    ]

    private func mail(_ text: String) throws -> MailParameters {
        var cursor = reader(text)
        return try MailParameters(&cursor, offered: Self.all)
    }

    @Test func reads() throws {
        let read = try mail(
            " size=12 BODY=8bitmime SMTPUTF8 ENVID=a+20b RET=full AUTH=<> HOLDUNTIL=2026-11-24T03:30:00.5+01:00 XSENT")
        #expect(read.size == 12 && read.body == .eightBit && read.smtpUTF8 && read.envelopeID == "a b")
        #expect(read.returnsFullMessage == true && read.filesSentCopy)
        #expect(read.hold == .until(1_795_487_400))
        #expect(try mail("") == MailParameters())
        #expect(try mail(" SIZE=99999999999999999999").size == .max)
    }

    @Test(arguments: [
        " SIZE", " SIZE=", " SIZE=1x", " SIZE=-1", " BODY=9BIT", " BODY", " SMTPUTF8=yes", " ENVID=a+2", " ENVID=a+0A",
        " RET=ALL",
        " AUTH=a+0", " HOLDFOR=0", " HOLDFOR=1000000000", " HOLDFOR=1 HOLDUNTIL=2026-01-01T00:00:00Z",
        " HOLDUNTIL=2026-13-01T00:00:00Z",
        " HOLDUNTIL=2026-01-01", " XSENT=1", " SIZE=1 SIZE=1", " =1", " SIZE=1\tBODY=7BIT", " SIZE=123456789012345678901",
        " ENVID=\(String(repeating: "x", count: 101))",
    ])
    func refuses(_ text: String) {
        #expect(throws: SMTPSyntaxError.self) { try mail(text) }
    }

    @Test func notOffered() {
        #expect(throws: SMTPSyntaxError(expected: .knownParameter("SIZE"), offset: 6)) {
            var cursor = reader(" SIZE=1")
            _ = try MailParameters(&cursor, offered: [])
        }
    }

    @Test(arguments: [
        (" NOTIFY=NEVER", DSNNotify.never), (" NOTIFY=success,Delay", DSNNotify([.success, .delay])), ("", DSNNotify.failure),
    ])
    func notify(_ text: String, _ wanted: DSNNotify) throws {
        var cursor = reader(text)
        #expect(try RecipientParameters(&cursor, offered: Self.all).notify == wanted)
    }

    @Test(arguments: [
        " NOTIFY=", " NOTIFY", " NOTIFY=NEVER,FAILURE", " NOTIFY=FAILURE,", " NOTIFY=SOON", " ORCPT=rfc822", " ORCPT=;x",
        " ORCPT=rfc822;", " ORCPT=rfc822;a+0D+0Ab", " ORCPT=rfc822;\(String(repeating: "x", count: 501))",
    ])
    func refusesRecipients(_ text: String) {
        #expect(throws: SMTPSyntaxError.self) {
            var cursor = reader(text)
            _ = try RecipientParameters(&cursor, offered: Self.all)
        }
    }

    @Test(arguments: ["ana@acme.example", "a+b=c d", "josé", "~!"]) func xtext(_ text: String) throws {
        var cursor = reader(XText.encode(text))
        #expect(try cursor.xtext(atMost: 100) == text)
    }
}

@Suite("BDAT, RFC 3030 §2") struct ChunkSizeTests {
    @Test func reads() throws {
        var plain = reader("0")
        #expect(try plain.chunkSize() == ChunkSize(octets: 0, isLast: false))
        var last = reader("17 last")
        #expect(try last.chunkSize() == ChunkSize(octets: 17, isLast: true))
    }

    @Test(arguments: ["", "x", "-1", "1 FIRST", "1LAST", "1 LAST now", "1  x"]) func refuses(_ text: String) {
        #expect(throws: SMTPSyntaxError.self) {
            var cursor = reader(text)
            _ = try cursor.chunkSize()
        }
    }
}
