import NIOCore
import Testing

@testable import MIME

@Suite("A message's summary") struct MessageSummaryTests {
    static let mixed = """
        Received: by mx.example; Mon, 23 Nov 2026 10:00:00 +0000\r
        Date: Mon, 23 Nov 2026 10:00:00 +0100\r
        From: =?utf-8?Q?Jo=C3=A3o_Silva?= <joao@acme.example>\r
        To: "Doe, Jane" <jane@acme.example>, Friends: a@b.example, c@d.example;\r
        Cc: =?iso-8859-1?B?QW5kcuk=?=\r
         <andre@example.org>\r
        Subject: =?utf-8?B?UmU6IMOJdGF0IGRlcw==?= =?utf-8?B?IGxpZXV4?=\r
        Message-ID: <m1@acme.example>\r
        In-Reply-To: <m0@acme.example>\r
        References: <r1@x> <m0@acme.example>\r
        X-Priority: 1 (Highest)\r
        MIME-Version: 1.0\r
        Content-Type: multipart/mixed; boundary="b1"\r
        \r
        preamble\r
        --b1\r
        Content-Type: text/plain; charset=utf-8\r
        Content-Transfer-Encoding: quoted-printable\r
        \r
        On Monday Ana wrote:\r
        > quoted\r
        Ol=C3=A1, tudo bem?\r
        -- \r
        Jo=C3=A3o\r
        --b1\r
        Content-Type: application/pdf; name="report.pdf"\r
        Content-Disposition: attachment; filename*=utf-8''relat%C3%B3rio.pdf\r
        Content-Transfer-Encoding: base64\r
        \r
        SGVsbG8gd29ybGQh\r
        --b1--\r
        epilogue\r

        """

    @Test func commonMessage() throws {
        let octets = ByteBuffer(string: Self.mixed)
        let summary = MessageSummary(octets)
        #expect(summary.size == octets.readableBytes)
        #expect(summary.date == DateTime(seconds: 1_795_424_400, zone: 60))
        #expect(summary.from == [HeaderAddress(name: "João Silva", address: "joao@acme.example")])
        #expect(
            summary.to == [
                HeaderAddress(name: "Doe, Jane", address: "jane@acme.example"),
                HeaderAddress(address: "a@b.example", group: "Friends"), HeaderAddress(address: "c@d.example", group: "Friends"),
            ])
        #expect(summary.cc == [HeaderAddress(name: "André", address: "andre@example.org")])
        #expect(summary.subject == "Re: État des lieux")
        #expect(summary.baseSubject == "État des lieux")
        #expect(summary.isReplyOrForward)
        #expect(summary.messageID == "m1@acme.example")
        #expect(summary.inReplyTo == ["m0@acme.example"])
        #expect(summary.references == ["r1@x", "m0@acme.example"])
        #expect(summary.priority == .high)
        #expect(summary.preview == "Olá, tudo bem?")
        #expect(summary.hasAttachments)
        #expect(summary.attachments.map(\.name) == ["relatório.pdf"])
        #expect(summary.attachments.map(\.number) == ["2"])
        #expect(summary.attachments.map(\.size) == [12])
        #expect(
            String(buffer: summary.envelope)
                == #"("Mon, 23 Nov 2026 10:00:00 +0100" "=?utf-8?B?UmU6IMOJdGF0IGRlcw==?= =?utf-8?B?IGxpZXV4?=" "#
                + #"(("=?utf-8?Q?Jo=C3=A3o_Silva?=" NIL "joao" "acme.example")) "#
                + #"(("=?utf-8?Q?Jo=C3=A3o_Silva?=" NIL "joao" "acme.example")) "#
                + #"(("=?utf-8?Q?Jo=C3=A3o_Silva?=" NIL "joao" "acme.example")) "#
                + #"(("Doe, Jane" NIL "jane" "acme.example")(NIL NIL "Friends" NIL)(NIL NIL "a" "b.example")(NIL NIL "c" "d.example")"#
                + #"(NIL NIL NIL NIL)) (("=?iso-8859-1?B?QW5kcuk=?=" NIL "andre" "example.org")) NIL "<m0@acme.example>" "#
                + #""<m1@acme.example>")"#)
        #expect(
            String(buffer: summary.bodyStructure)
                == #"(("text" "plain" ("charset" "utf-8") NIL NIL "quoted-printable" 67 4 NIL NIL NIL NIL)"#
                + #"("application" "pdf" ("name" "report.pdf") NIL NIL "base64" 16 NIL "#
                + #"("attachment" ("filename*" "utf-8''relat%C3%B3rio.pdf")) NIL NIL) "mixed" ("boundary" "b1") NIL NIL NIL)"#)
        #expect(
            String(buffer: summary.body)
                == #"(("text" "plain" ("charset" "utf-8") NIL NIL "quoted-printable" 67 4)"#
                + #"("application" "pdf" ("name" "report.pdf") NIL NIL "base64" 16) "mixed")"#)
    }

    @Test func indexText() {
        let text = ParsedMessage(ByteBuffer(string: Self.mixed)).indexText(limit: 10_000)
        #expect(text.contains("Olá, tudo bem?"))
        #expect(text.contains("relatório.pdf"))
    }

    @Test func longSubjectsAreCutBetweenCharacters() {
        let summary = MessageSummary(ByteBuffer(string: "Subject: x" + String(repeating: "é", count: 50_000) + "\r\n\r\n"))
        #expect(summary.subject == "x" + String(repeating: "é", count: 1_999))
        #expect(summary.envelope.readableBytes > 100_000)
    }

    @Test func aLargeMessageIsSummarizedWhileItGoesBy() {
        var scanner = SummaryScanner(prefixLimit: 10_000)
        scanner.consume(ByteBuffer(string: Self.mixed.replacing("epilogue\r\n", with: "--b1\r\n")))
        let chunk = ByteBuffer(string: String(repeating: String(repeating: "QUJD", count: 19) + "\r\n", count: 1_000))
        for _ in 0..<100 { scanner.consume(chunk) }
        let message = scanner.finish()
        #expect(message.octets.readableBytes == 10_000)
        let summary = MessageSummary(message)
        #expect(summary.size == message.structure.size)
        #expect(summary.size > 7_800_000)
        #expect(summary.preview == "Olá, tudo bem?")
        #expect(summary.attachments.count == 1)
    }
}
