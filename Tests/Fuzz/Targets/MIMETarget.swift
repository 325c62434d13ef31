import NIOCore

@testable import MIME

extension FuzzTargets {
    /// Any octets are a message: its parts lie in one another, nothing is lost, and pieces read as the whole does.
    static let mime = FuzzTarget(
        name: "mime", longest: 16_384,
        pieces: [
            "\r\n", "\r\n\r\n", "--x\r\n", "--x--\r\n", "Content-Type: multipart/mixed; boundary=x\r\n",
            "Content-Type: multipart/digest; boundary=\"x\"\r\n", "Content-Type: message/rfc822\r\n",
            "Content-Type: text/html; charset=utf-16\r\n", "Content-Transfer-Encoding: base64\r\n",
            "Content-Transfer-Encoding: quoted-printable\r\n", "Content-Transfer-Encoding: x-uuencode\r\n",
            "Content-Disposition: attachment; filename*0*=utf-8''a%20;\r\n filename*1=b\r\n", "begin 644 a\r\n", "format=flowed",
            "charset=iso-2022-jp", "\u{1b}$B", "\u{1b}(B", "<a href=", "&#x41;", "<style>", "Subject: =?utf-8?B?", "?=\r\n",
            "From: a <a@b>, ", "Date: Thu, 1 Jan 1970 00:00:00 +0000\r\n", "References: <a@b> <c@d>\r\n", "=\r\n", "=3D",
        ]
    ) { octets in
        let buffer = ByteBuffer(bytes: octets)
        let message = ParsedMessage(buffer)
        try check(message.structure, size: octets.count)
        try expect(message.section(Section()) == buffer, "a message's octets are lost")
        var joined = message.slice(message.structure.root.header)
        joined.writeImmutableBuffer(message.slice(message.structure.root.body))
        try expect(joined == buffer, "header and body are not the message")
        let summary = MessageSummary(message)
        try expect(summary.preview.count <= Preview.length, "a preview is too long")
        try expect(message.indexText(limit: 10_000).utf8.count <= 40_000, "a message's text is above its bound")
        for index in message.structure.parts.indices {
            _ = message.content(of: index)
            _ = message.text(of: index, limit: 4_096)
        }
        let display = message.structure.displayParts
        try expect(
            display.attachments.allSatisfy { message.structure.parts.indices.contains($0.index) }, "an attachment is no part")
        for piece in [1, 7] {
            var scanner = StructureScanner()
            for start in stride(from: 0, to: octets.count, by: piece) {
                scanner.consume(ByteBuffer(bytes: octets[start..<min(octets.count, start + piece)]))
            }
            let again = scanner.finish()
            try expect(
                again.bodyStructure(extended: true) == message.structure.bodyStructure(extended: true),
                "a message in pieces of \(piece) differs from the whole")
        }
        let text = String(decoding: octets, as: UTF8.self)
        _ = FlowedText.paragraphs(text, deletesSpaces: true)
        _ = HTMLText.extract(text, limit: 10_000)
        _ = BaseSubject.read(text)
    }

    private static func check(_ structure: MessageStructure, size: Int) throws {
        try expect(structure.size == size && structure.root.range == 0..<size, "the root is not the message")
        let limits = ParsingLimits()
        try expect(structure.parts.count <= limits.parts, "there are too many parts")
        for (index, part) in structure.parts.enumerated() {
            try expect(part.header.upperBound == part.body.lowerBound, "a part's body is not behind its header")
            try expect(part.range.upperBound <= size, "a part ends behind the message")
            if let parent = part.parent {
                let outer = structure.parts[parent]
                try expect(
                    outer.body.lowerBound <= part.range.lowerBound && part.range.upperBound <= outer.body.upperBound,
                    "a part lies outside of its parent")
                try expect(outer.children.contains(index), "a part is no child of its parent")
            }
            for (left, right) in zip(part.children, part.children.dropFirst()) {
                try expect(
                    structure.parts[left].range.upperBound <= structure.parts[right].range.lowerBound, "two parts overlap")
            }
        }
    }
}
