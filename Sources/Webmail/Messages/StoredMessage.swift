internal import MIME
internal import NIOCore
internal import Store

/// A message with its structure. Its octets stay on disk and are read in pieces when they are asked for, so that a message of any
/// size costs the memory of `WebLimits.piece`.
struct StoredMessage: Sendable {
    let content: MessageContent
    let structure: MessageStructure
    /// The message's first octets, where they were read; most messages are no longer.
    private let beginning: ByteBuffer
    private let limits: WebLimits

    var id: MessageID { content.message }

    /// - Parameter known: the structure, where it was found before.
    init(_ content: MessageContent, known: MessageStructure?, limits: WebLimits) async throws {
        self.content = content
        self.limits = limits
        if let known {
            (structure, beginning) = (known, ByteBuffer())
            return
        }
        let beginning = try await content.read(offset: 0, length: limits.piece)
        var scanner = StructureScanner()
        scanner.consume(beginning)
        var offset = beginning.readableBytes
        while offset < content.size {
            let piece = try await content.read(offset: offset, length: limits.piece)
            scanner.consume(piece)
            offset += piece.readableBytes
        }
        (structure, self.beginning) = (scanner.finish(), beginning)
    }

    /// The text of a text part with encoding and charset undone.
    ///
    /// - Parameter limit: octets of its body that are looked at.
    func text(of index: Int, limit: Int) async throws -> String {
        let part = structure.parts[index]
        let range = part.body.prefix(limit)
        guard !range.isEmpty else { return "" }
        if range.upperBound <= beginning.readableBytes,
            let octets = beginning.getSlice(at: beginning.readerIndex + range.lowerBound, length: range.count)
        {
            return part.text(of: octets)
        }
        return part.text(of: try await content.read(offset: range.lowerBound, length: range.count))
    }

    /// The texts that are shown, by part; of each no more than is shown.
    func shownTexts() async throws -> [Int: String] {
        var texts: [Int: String] = [:]
        for shown in structure.displayParts.texts.prefix(limits.shownTexts) {
            if let html = shown.html {
                texts[html] = try await text(of: html, limit: limits.shownHTML)
            } else if let plain = shown.plain {
                texts[plain] = try await text(of: plain, limit: limits.shownText)
            }
        }
        return texts
    }

    /// The content of a part, with its transfer encoding undone, piece by piece.
    func octets(of index: Int) -> PartContent {
        let part = structure.parts[index]
        return PartContent(
            content: content, range: part.body, piece: limits.piece, decoder: TransferDecoder(part.transferEncoding))
    }
}

/// What is in a part, in pieces. Not safe to share: one reader asks for one piece after the other.
struct PartContent: Sendable {
    private let content: MessageContent
    private var range: Range<Int>
    private let piece: Int
    private var decoder: TransferDecoder

    init(content: MessageContent, range: Range<Int>, piece: Int, decoder: TransferDecoder) {
        (self.content, self.range, self.piece, self.decoder) = (content, range, piece, decoder)
    }

    /// Nil at the end; never empty before it.
    mutating func next() async throws -> ByteBuffer? {
        while !range.isEmpty {
            let octets = try await content.read(offset: range.lowerBound, length: min(piece, range.count))
            range = range.lowerBound + octets.readableBytes..<range.upperBound
            var output = ByteBuffer()
            decoder.decode(octets, into: &output)
            if range.isEmpty || octets.readableBytes == 0 {
                range = range.upperBound..<range.upperBound
                decoder.finish(into: &output)
            }
            if output.readableBytes > 0 { return output }
        }
        return nil
    }
}
