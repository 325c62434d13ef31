import NIOCore
import Testing
import Wire

@testable import MIME

@Suite("New messages, RFC 5322 and MIME") struct MessageBuilderTests {
    static let date = DateTime(seconds: 1_795_424_400, zone: 60)

    private func builder() -> MessageBuilder {
        var builder = MessageBuilder(
            from: [HeaderAddress(name: "João Silva", address: "joao@acme.example")], date: Self.date,
            messageID: "m1@acme.example",
            token: "0123456789abcdef")
        builder.to = [HeaderAddress(name: "Doe, Jane", address: "jane@b.example")]
        return builder
    }

    /// Every line is within the limits, ends in CRLF, and headers are ASCII.
    private func checkForm(_ octets: ByteBuffer) {
        let text = Array(octets.readableBytesView)
        let lines = text.split(separator: 0x0a, omittingEmptySubsequences: false)
        #expect(lines.dropLast().allSatisfy { $0.last == 0x0d && $0.count <= 999 })
        let header = MessageStructure(octets).root.header
        #expect(text[header].allSatisfy { $0 < 0x80 })
    }

    @Test func plainText() throws {
        var builder = builder()
        builder.subject = "Hello"
        builder.text = "Line one\nLine two\r\nLine three\r"
        let octets = try builder.octets()
        checkForm(octets)
        #expect(
            String(buffer: octets)
                == "Date: Mon, 23 Nov 2026 10:00:00 +0100\r\nFrom: =?utf-8?Q?Jo=C3=A3o?= Silva <joao@acme.example>\r\n"
                + "To: \"Doe, Jane\" <jane@b.example>\r\nSubject: Hello\r\nMessage-ID: <m1@acme.example>\r\nMIME-Version: 1.0\r\n"
                + "Content-Type: text/plain; charset=us-ascii\r\n\r\nLine one\r\nLine two\r\nLine three\r\n")
    }

    @Test(arguments: [
        "Olá",
        "Relatório de contas do terceiro trimestre, com os anexos que pediste na semana passada e mais algumas notas soltas",
        "日本語の件名がとても長いときには複数のエンコードされた単語に分割されなければなりません。確認してください。",
        "plain and é mixed", "=?utf-8?Q?looks_encoded?=", "", "a  b", "tab\there", "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀", "é é é",
    ])
    func subjectsComeBack(subject: String) throws {
        var builder = builder()
        builder.subject = subject
        let octets = try builder.octets()
        checkForm(octets)
        for line in String(buffer: octets).split(separator: "\r\n") { #expect(line.utf8.count <= 78) }
        #expect(MessageSummary(octets).subject == subject.replacing("\t", with: " "))
    }

    @Test(arguments: [
        "Plain Name", "Doe, Jane", "O\"Neil \\ x", "Ana (work)", "José Ñandú", "Müller, Jürgen (Büro)", "李小龙", "a@b", "=?x?=",
    ])
    func displayNamesComeBack(name: String) throws {
        var builder = builder()
        builder.to = [HeaderAddress(name: name, address: "x@y.example"), HeaderAddress(address: "z@y.example")]
        let octets = try builder.octets()
        checkForm(octets)
        #expect(MessageSummary(octets).to == builder.to)
    }

    @Test func nothingInjectsAField() throws {
        var builder = builder()
        builder.subject = "x\r\nBcc: evil@example.com"
        builder.to = [HeaderAddress(name: "a\r\nX-Evil: 1", address: "a@b.example\r\nX-Evil: 2")]
        builder.messageID = "m@x>\r\nX-Evil: 3"
        builder.fields = [("X-Ok", "v\r\nX-Evil: 4"), ("X-Bad:\r\nX-Evil", "5")]
        builder.attachments = [NewPart(type: "text/x\r\nX-Evil: 6", name: "f\r\nX-Evil: 7", source: .octets(ByteBuffer()))]
        let message = ParsedMessage(try builder.octets())
        for part in message.structure.parts {
            let header = Header(message.slice(part.header))
            #expect(!header.contains("x-evil"))
            #expect(!header.contains("bcc"))
        }
    }

    @Test func bccStaysOutUnlessADraft() throws {
        var builder = builder()
        builder.to = []
        builder.bcc = [HeaderAddress(address: "secret@x.example")]
        #expect(!String(buffer: try builder.octets()).contains("secret"))
        #expect(String(buffer: try builder.octets()).contains("To: undisclosed-recipients:;\r\n"))
        builder.keepsBcc = true
        #expect(MessageSummary(try builder.octets()).bcc.map(\.address) == ["secret@x.example"])
    }

    @Test func textHTMLImageAndAttachments() throws {
        let image = ByteBuffer(bytes: (0..<1_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        let document = ByteBuffer(bytes: (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        var builder = builder()
        builder.text = "Olá\nFrom here\n.\n" + String(repeating: "x", count: 3_000)
        builder.html = "<p>Olá <img src=\"cid:i1@x\"></p>"
        builder.related = [NewPart(type: "image/png", name: "i.png", source: .octets(image), contentID: "i1@x", isInline: true)]
        builder.attachments = [
            NewPart(
                type: "application/pdf",
                name: "relatório final com um nome bastante comprido, que não cabe numa só linha do cabeçalho.pdf",
                source: .stream(size: document.readableBytes) { offset, length in
                    document.getSlice(at: offset, length: length) ?? ByteBuffer()
                }),
            .message(ByteBuffer(string: "Subject: inner\r\n\r\nbody\r\n"), name: nil),
        ]
        let octets = try builder.octets()
        checkForm(octets)
        let message = ParsedMessage(octets)
        let display = message.structure.displayParts
        #expect(display.attachments.map(\.name) == ["i.png", builder.attachments[0].name, "inner.eml"])
        #expect(display.attachments.map(\.isInline) == [true, false, false])
        #expect(display.attachments.map(\.number) == ["1.2.2", "2", "3"])
        #expect(message.content(of: display.attachments[0].index) == image)
        #expect(message.content(of: display.attachments[1].index) == document)
        #expect(message.content(of: display.attachments[2].index) == ByteBuffer(string: "Subject: inner\r\n\r\nbody\r\n"))
        let text = try #require(display.texts.first?.plain)
        #expect(message.text(of: text) == builder.text.replacing("\n", with: "\r\n"))
        let html = try #require(display.texts.first?.html)
        #expect(message.text(of: html) == builder.html)
        #expect(display.related["i1@x"] == display.attachments[0].index)
    }

    @Test func aShortStreamIsAnError() {
        var builder = builder()
        builder.attachments = [NewPart(type: "a/b", name: nil, source: .stream(size: 10) { _, _ in ByteBuffer(string: "abc") })]
        #expect(throws: NewPartError.shortRead(offset: 0)) { try builder.octets() }
    }

    @Test(arguments: [
        ("A ação e a reação, tudo em boa ordem e sem mais nada que dizer", TransferEncoding.quotedPrintable), ("日本語日本語", .base64),
        ("plain", .sevenBit), (String(repeating: "x", count: 999), .quotedPrintable),
        ("a\u{0}b", .quotedPrintable),
    ])
    func chosenEncoding(text: String, expected: TransferEncoding) throws {
        var builder = builder()
        builder.text = text
        let octets = try builder.octets()
        checkForm(octets)
        let message = ParsedMessage(octets)
        #expect(message.structure.root.transferEncoding == expected)
        #expect(message.text(of: 0) == text)
    }

    @Test func flowedTextComesBack() throws {
        var builder = builder()
        builder.isFlowed = true
        builder.text = """
            A paragraph that is long enough to be cut into several lines, as it has many more words than fit into seventy-two columns.
            > Quoted text that is also long enough to be cut, and whose lines must all carry the quote mark in front of them, every one.
             indented
            From the beginning
            -- 
            Ana
            """
        let message = ParsedMessage(try builder.octets())
        #expect(message.structure.root.contentType.isFlowed)
        let text = message.text(of: 0)
        for line in text.split(separator: "\r\n") { #expect(line.count <= 78) }
        #expect(FlowedText.unwrapped(text) == builder.text)
    }

    @Test func manyReferencesAreShortened() throws {
        var builder = builder()
        builder.references = (0..<500).map { "id\($0)@x.example" }
        let references = MessageSummary(try builder.octets()).references
        #expect(references.count == 30)
        #expect(references.first == "id0@x.example")
        #expect(references.last == "id499@x.example")
    }

    @Test func deliveryStatusReport() throws {
        var recipient = DeliveryStatusReport.Recipient(final: "nobody@b.example", action: .failed, status: "5.1.1")
        recipient.original = "rfc822;nobody@old.example"
        recipient.remoteHost = "mx.b.example"
        recipient.diagnostic = "550 5.1.1 no\r\nsuch user é"
        recipient.lastAttempt = Self.date
        var report = DeliveryStatusReport(
            from: HeaderAddress(name: "Mail Delivery", address: "MAILER-DAEMON@mx.acme.example"),
            to: HeaderAddress(address: "joao@acme.example"), subject: "Não entregue", text: "Não foi possível entregar.\n",
            date: Self.date,
            messageID: "d1@mx.acme.example", reportingHost: "mx.acme.example", recipients: [recipient],
            returned: .header(ByteBuffer(string: "Subject: x\r\nFrom: joao@acme.example\r\n\r\n")))
        report.envelopeID = "E42"
        let octets = try report.octets(token: "0123456789abcdef")
        checkForm(octets)
        let message = ParsedMessage(octets)
        #expect(
            message.structure.parts.map(\.contentType.essence) == [
                "multipart/report", "text/plain", "message/delivery-status", "text/rfc822-headers",
            ])
        #expect(message.structure.root.contentType.field.parameter("report-type") == "delivery-status")
        #expect(message.header.text("auto-submitted") == "auto-replied")
        #expect(
            String(buffer: message.content(of: 2))
                == "Original-Envelope-Id: E42\r\nReporting-MTA: dns; mx.acme.example\r\n\r\nOriginal-Recipient: rfc822; nobody@old.example\r\n"
                + "Final-Recipient: rfc822; nobody@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; mx.b.example\r\n"
                + "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\nLast-Attempt-Date: Mon, 23 Nov 2026 10:00:00 +0100\r\n")
    }
}
