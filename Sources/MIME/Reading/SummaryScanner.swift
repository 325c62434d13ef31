package import NIOCore

/// Makes the summary of a message that is too large to hold, while its octets go by.
package struct SummaryScanner: Sendable {
    private var scanner: StructureScanner
    private var prefix = ByteBuffer()
    private let prefixLimit: Int

    /// - Parameter prefixLimit: octets at the beginning that are kept, for the preview and the index.
    package init(prefixLimit: Int = 1 << 20, limits: ParsingLimits = ParsingLimits()) {
        scanner = StructureScanner(limits: limits)
        self.prefixLimit = prefixLimit
    }

    package mutating func consume(_ chunk: ByteBuffer) {
        let room = prefixLimit - prefix.readableBytes
        if room > 0, let beginning = chunk.getSlice(at: chunk.readerIndex, length: min(room, chunk.readableBytes)) {
            prefix.writeImmutableBuffer(beginning)
        }
        scanner.consume(chunk)
    }

    /// The whole structure, with the octets that were kept; `MessageSummary(_:)` and `indexText(limit:)` work on it.
    package consuming func finish() -> ParsedMessage {
        let octets = prefix
        return ParsedMessage(structure: scanner.finish(), octets: octets)
    }
}
