import NIOCore
import TestSupport
import Testing

@testable import MIME

@Suite("Any octets are a message") struct MutationTests {
    private static let mutate = Mutation(pieces: [
        "\r\n", "\n", "\r", "\0", "--", "\"", "(", ")", "<", ">", "=?utf-8?B?", "?=", "%", "*", ";", ":", "@", "\\", "--x",
        "--x--", "\r\n--x\r\n",
        "\r\n\r\n", "Content-Type: multipart/mixed; boundary=x\r\n", "Content-Type: message/rfc822\r\n", "\u{e9}",
        "charset=utf-16", "=\r\n",
    ])

    /// Ranges are in order and in bounds, each part within its parent, and siblings do not overlap.
    private func check(_ structure: MessageStructure, size: Int) {
        #expect(structure.size == size)
        #expect(structure.root.range == 0..<size)
        for (index, part) in structure.parts.enumerated() {
            #expect(part.header.upperBound == part.body.lowerBound)
            #expect(part.range.upperBound <= size)
            if let parent = part.parent {
                let outer = structure.parts[parent]
                #expect(outer.body.lowerBound <= part.range.lowerBound && part.range.upperBound <= outer.body.upperBound)
                #expect(outer.children.contains(index))
            }
            for (left, right) in zip(part.children, part.children.dropFirst()) {
                #expect(structure.parts[left].range.upperBound <= structure.parts[right].range.lowerBound)
            }
            let number = structure.number(of: index).split(separator: ".").compactMap { Int($0) }
            let isInner = structure.isMessageEntity(index) && part.kind == .multipart
            #expect(
                isInner || structure.parts[index].parent.map { structure.parts[$0].kind == .message } == true
                    || structure.index(of: number) == index)
        }
    }

    @Test func mutations() async {
        let names = Corpus.names.filter { $0 != "long-line" }
        let inputs = names.compactMap { Corpus.octets("\($0).eml") }
        for await var random in MutationRun("MIME messages", fixed: 1...20) {
            for round in 0..<300 {
                guard let input = inputs.randomElement(using: &random) else { return }
                look(at: Self.mutate(input, using: &random), inPieces: round % 10 == 0)
            }
        }
    }

    private func look(at octets: [UInt8], inPieces: Bool) {
        let buffer = ByteBuffer(bytes: octets)
        let message = ParsedMessage(buffer)
        check(message.structure, size: octets.count)
        #expect(message.section(Section()) == buffer)
        var whole = message.slice(message.structure.root.header)
        whole.writeImmutableBuffer(message.slice(message.structure.root.body))
        #expect(whole == buffer)
        _ = MessageSummary(message)
        _ = message.indexText(limit: 10_000)
        for index in message.structure.parts.indices { _ = message.content(of: index) }
        guard inPieces else { return }
        var scanner = StructureScanner()
        for octet in octets { scanner.consume(ByteBuffer(bytes: [octet])) }
        #expect(scanner.finish().bodyStructure(extended: true) == message.structure.bodyStructure(extended: true))
    }

    @Test func pureNoise() async {
        for await var random in MutationRun("MIME noise", fixed: 1...5) {
            for _ in 0..<100 {
                let octets = (0..<Int.random(in: 0..<2_000, using: &random)).map { _ in
                    UInt8.random(in: .min ... .max, using: &random)
                }
                let message = ParsedMessage(ByteBuffer(bytes: octets))
                check(message.structure, size: octets.count)
                _ = MessageSummary(message)
            }
        }
    }
}

@Suite("Limits of structure") struct ParsingLimitsTests {
    private func nested(_ levels: Int) -> ByteBuffer {
        var buffer = ByteBuffer()
        for level in 0..<levels { buffer.writeString("Content-Type: multipart/mixed; boundary=b\(level)\r\n\r\n--b\(level)\r\n") }
        buffer.writeString("\r\ninnermost\r\n")
        return buffer
    }

    @Test func depth() {
        #expect(!MessageStructure(nested(100)).isTruncated)
        #expect(MessageStructure(nested(100)).parts.count == 101)
        let deep = MessageStructure(nested(1_000))
        #expect(deep.isTruncated)
        #expect(deep.parts.count == 101)
        #expect(deep.parts.last?.isOpaque == true)
        #expect(deep.parts.last?.body.upperBound == deep.size)
        #expect(MessageSummary(nested(1_000)).attachments.count == 1)
    }

    @Test func nestedMessages() {
        var buffer = ByteBuffer()
        for _ in 0..<1_000 { buffer.writeString("Content-Type: message/rfc822\r\n\r\n") }
        let structure = MessageStructure(buffer)
        #expect(structure.isTruncated)
        #expect(structure.parts.count == 101)
        #expect(MessageSummary(buffer).bodyStructure.readableBytes < 40_000)
    }

    private func parts(_ count: Int) -> ByteBuffer {
        var buffer = ByteBuffer(string: "Content-Type: multipart/mixed; boundary=b\r\n\r\n")
        for number in 0..<count { buffer.writeString("--b\r\n\r\npart \(number)\r\n") }
        buffer.writeString("--b--\r\n")
        return buffer
    }

    @Test func partCount() {
        #expect(MessageStructure(parts(9_998)).parts.count == 9_999)
        #expect(!MessageStructure(parts(9_998)).isTruncated)
        let many = MessageStructure(parts(20_000))
        #expect(many.parts.count == 10_000)
        #expect(many.isTruncated)
        #expect(many.parts.last?.isOpaque == true)
        #expect(many.parts.last?.body.upperBound == many.size)
    }

    @Test func headerOctets() {
        var buffer = ByteBuffer(string: "Subject: kept\r\n")
        for number in 0..<60_000 { buffer.writeString("X-\(number): \(String(repeating: "v", count: 40))\r\n") }
        buffer.writeString("To: lost@b.example\r\n\r\nbody\r\n")
        let message = ParsedMessage(buffer)
        #expect(message.structure.isTruncated)
        #expect(message.structure.root.body.count == 6)
        #expect(message.header.octets.readableBytes == 1 << 20)
        let summary = MessageSummary(message)
        #expect(summary.subject == "kept")
        #expect(summary.to == [])
        #expect(message.header.fields.count == ParsingLimits().fields)
    }

    @Test func oneHugeHeaderLine() {
        let buffer = ByteBuffer(string: "Subject: " + String(repeating: "x", count: 3 << 20) + "\r\n\r\nbody")
        let structure = MessageStructure(buffer)
        #expect(structure.isTruncated)
        #expect(structure.root.body.count == 4)
        var scanner = StructureScanner()
        var rest = buffer
        while let piece = rest.readSlice(length: min(4_096, rest.readableBytes)), piece.readableBytes > 0 {
            scanner.consume(piece)
        }
        let chunked = scanner.finish()
        #expect(chunked.isTruncated)
        #expect(chunked.root.header == structure.root.header)
    }
}

@Suite("Sections of RFC 9051 §6.4.5.1") struct SectionTests {
    @Test func nestedMessage() throws {
        let message = ParsedMessage(ByteBuffer(bytes: try #require(Corpus.octets("nested-message.eml"))))
        func text(_ number: [Int], _ text: Section.Text = .whole) -> String? {
            message.section(Section(number, text)).map { String(buffer: $0) }
        }
        #expect(text([1]) == "see below")
        #expect(text([1], .mime) == "Content-Type: text/plain\r\n\r\n")
        #expect(text([1], .header) == nil)
        #expect(text([2], .mime) == "Content-Type: message/rfc822\r\nContent-Description: the original\r\n\r\n")
        #expect(text([2], .header)?.hasPrefix("From: \"C.") == true)
        #expect(text([2], .text)?.hasPrefix("--i\r\n") == true)
        #expect(text([2]) == text([2], .header).flatMap { header in text([2], .text).map { header + $0 } })
        #expect(text([2, 1]) == "inner text")
        #expect(text([2, 2]) == "AAAA")
        #expect(text([2, 3]) == nil)
        #expect(text([3]) == nil)
        #expect(text([1, 1]) == nil)
        #expect(text([0]) == nil)
        let header = message.structure.messageHeader(at: [2])?.octets ?? ByteBuffer()
        let fields = FieldSelection(["SUBJECT", "x-none"]).lines(in: header)
        #expect(fields == ByteBuffer(string: "Subject: =?utf-8?Q?In=20ner?=\r\n"))
        let others = FieldSelection(["subject", "from", "date", "content-type"], excluded: true).lines(in: header)
        #expect(others == ByteBuffer(string: "Message-ID: <in@d.example>\r\n"))
    }

    @Test func singlePart() {
        let message = ParsedMessage(ByteBuffer(string: "Subject: x\r\n\r\nbody\r\n"))
        #expect(message.section(Section([1])) == ByteBuffer(string: "body\r\n"))
        #expect(message.section(Section([1], .mime)) == ByteBuffer(string: "Subject: x\r\n\r\n"))
        #expect(message.section(Section([], .header)) == ByteBuffer(string: "Subject: x\r\n\r\n"))
        #expect(message.section(Section([], .text)) == ByteBuffer(string: "body\r\n"))
        #expect(message.section(Section([1, 1])) == nil)
        #expect(message.section(Section([2])) == nil)
    }
}

@Suite("What is meant to cost much costs little") struct HostileSizeTests {
    /// Each is what a quadratic reader would need minutes for.
    @Test(arguments: [
        ("To: ", "<@a,"), ("To: ", "a@b <"), ("To: ", "\"("), ("Subject: ", "re: "), ("Subject: ", "[a"), ("Subject: ", "=?a?q?"),
        ("References: ", "<"),
        ("Content-Type: ", "a=\"b;"), ("Content-Disposition: inline", ";filename*=a''%"), ("Date: ", "1 "), ("List-Id: ", "<"),
    ])
    func headers(field: String, piece: String) {
        let header = field + String(repeating: piece, count: 300_000 / piece.utf8.count)
        let summary = MessageSummary(ByteBuffer(string: header + "\r\n\r\nbody"))
        #expect(summary.size > 270_000)
        #expect(summary.preview == "body")
    }

    @Test(arguments: ["<title>", "<!", "<a ", "&amp", "<", "<style", "<div><p>", "&#x41;"])
    func html(piece: String) {
        let body = String(repeating: piece, count: 300_000 / piece.utf8.count)
        let message = ParsedMessage(ByteBuffer(string: "Content-Type: text/html\r\n\r\n" + body))
        #expect(message.indexText(limit: 1 << 20).utf8.count <= 1 << 21)
        #expect(MessageSummary(message).preview.count <= Preview.length)
    }

    @Test func manyLinesLikeDelimiters() {
        var buffer = ByteBuffer()
        for level in 0..<90 { buffer.writeString("Content-Type: multipart/mixed; boundary=b\(level)\r\n\r\n--b\(level)\r\n") }
        for _ in 0..<40_000 { buffer.writeStaticString("--bx\r\n") }
        #expect(MessageStructure(buffer).parts.count == 91)
    }
}
