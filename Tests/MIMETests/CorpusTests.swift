import Glibc
import NIOCore
import Testing

@testable import MIME

/// The messages of Tests/Corpus/mime. Beside each `name.eml` stands `name.expected`: what `Rendering` says of it.
enum Corpus {
    static let folder = #filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" } + "/Corpus/mime"

    static let names: [String] = {
        guard let directory = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name.hasSuffix(".eml") { names.append(String(name.dropLast(4))) }
        }
        return names.sorted()
    }()

    static func octets(_ file: String) -> [UInt8]? {
        guard let handle = unsafe fopen("\(folder)/\(file)", "rb") else { return nil }
        defer { unsafe fclose(handle) }
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe fread(&chunk, 1, chunk.count, handle)
            guard count > 0 else { return result }
            result += chunk[..<count]
        }
    }
}

/// A message's reading as text, one line a fact.
enum Rendering {
    static func of(_ message: ParsedMessage) -> String {
        let summary = MessageSummary(message)
        var lines = [
            "size: \(summary.size) header: \(summary.headerSize)",
            "date: \(summary.date.map { "\($0.seconds) \($0.zone)" } ?? "-")",
            "subject: \(summary.subject.prefix(200))",
            "base: \(summary.baseSubject.prefix(200)) \(summary.isReplyOrForward)",
        ]
        let lists = [
            ("from", summary.from), ("sender", summary.sender), ("reply-to", summary.replyTo), ("to", summary.to),
            ("cc", summary.cc), ("bcc", summary.bcc), ("receipt", summary.receiptTo),
        ]
        for (name, list) in lists where !list.isEmpty {
            lines.append("\(name): " + list.map { "[\($0.name)|\($0.address)|\($0.group ?? "")]" }.joined(separator: " "))
        }
        lines.append("id: \(summary.messageID ?? "-") in-reply-to: \(summary.inReplyTo) references: \(summary.references)")
        lines.append("priority: \(summary.priority) list: \(summary.listID ?? "-")")
        lines.append("preview: \(summary.preview)")
        for attachment in summary.attachments {
            lines.append(
                "attachment: \(attachment.number) \(attachment.name) \(attachment.type) \(attachment.size) \(attachment.isInline ? "inline" : "")"
            )
        }
        for (index, part) in message.structure.parts.enumerated() {
            lines.append(
                "part \(index) [\(message.structure.number(of: index))]: \(part.kind) \(part.contentType.essence) header \(part.header) lines "
                    + "\(part.headerLines) body \(part.body) lines \(part.bodyLines)\(part.isOpaque ? " opaque" : "")")
        }
        lines.append("envelope: \(escaped(summary.envelope))")
        lines.append("bodystructure: \(escaped(summary.bodyStructure))")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func escaped(_ buffer: ByteBuffer) -> String {
        var result = ""
        for octet in buffer.readableBytesView.prefix(4_000) {
            if octet >= 0x20, octet < 0x7f { result.unicodeScalars.append(Unicode.Scalar(octet)) } else { result += "<\(octet)>" }
        }
        return result
    }
}

@Suite("The corpus of real-life mail") struct CorpusTests {
    @Test(arguments: Corpus.names)
    func reading(name: String) throws {
        let octets = try #require(Corpus.octets("\(name).eml"))
        let expected = try #require(Corpus.octets("\(name).expected"))
        let rendered = Rendering.of(ParsedMessage(ByteBuffer(bytes: octets)))
        let wanted = String(decoding: expected, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        for (line, want) in zip(rendered.split(separator: "\n", omittingEmptySubsequences: false), wanted) {
            #expect(line == want)
        }
        #expect(rendered == String(decoding: expected, as: UTF8.self))
    }

    @Test func isThere() { #expect(Corpus.names.count >= 40) }

    /// However the octets are cut, the reading is the same.
    @Test(arguments: Corpus.names)
    func cutting(name: String) throws {
        let octets = try #require(Corpus.octets("\(name).eml"))
        let whole = Rendering.of(ParsedMessage(ByteBuffer(bytes: octets)))
        for step in octets.count > 10_000 ? [997, 8_192] : [1, 2, 3, 7, 64] {
            var scanner = SummaryScanner()
            for start in stride(from: 0, to: octets.count, by: step) {
                scanner.consume(ByteBuffer(bytes: octets[start..<min(start + step, octets.count)]))
            }
            #expect(Rendering.of(scanner.finish()) == whole)
        }
    }
}
