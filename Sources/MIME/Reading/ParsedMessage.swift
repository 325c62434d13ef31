package import NIOCore
internal import Wire

/// A message's octets, or the beginning of them, with its structure.
package struct ParsedMessage: Sendable {
    /// From the first octet on; may end before the message does.
    package let octets: ByteBuffer
    package let structure: MessageStructure

    package init(_ octets: ByteBuffer, limits: ParsingLimits = ParsingLimits()) {
        self.octets = octets.slice()
        structure = MessageStructure(self.octets, limits: limits)
    }

    /// - Parameter octets: as many of the message's first octets as are at hand.
    package init(structure: MessageStructure, octets: ByteBuffer) {
        self.octets = octets.slice()
        self.structure = structure
    }

    package var header: Header { structure.header }

    /// As much of `range` as is at hand.
    package func slice(_ range: Range<Int>) -> ByteBuffer {
        let present = range.clamped(to: 0..<octets.readableBytes)
        return octets.getSlice(at: octets.readerIndex + present.lowerBound, length: present.count) ?? ByteBuffer()
    }

    /// The octets of a section, RFC 9051 §6.4.5.1; nil where the message has no such section.
    package func section(_ section: Section) -> ByteBuffer? { structure.range(of: section).map(slice) }

    /// The body with its transfer encoding undone.
    package func content(of index: Int) -> ByteBuffer {
        let part = structure.parts[index]
        return TransferDecoder.decode(slice(part.body), part.transferEncoding)
    }

    /// The text of a text part with encoding and charset undone; lines end as in the message.
    ///
    /// - Parameter limit: octets of its body that are looked at.
    package func text(of index: Int, limit: Int = .max) -> String {
        let part = structure.parts[index]
        let body = part.body.count > limit ? part.body.lowerBound..<part.body.lowerBound + limit : part.body
        return part.text(of: slice(body))
    }
}

extension Part {
    /// The text that `body`, this part's octets, stands for.
    package func text(of body: ByteBuffer) -> String {
        let content = TransferDecoder.decode(body, transferEncoding)
        let octets = Array(content.readableBytesView)
        let charset = contentType.charset ?? (contentType.subtype == "html" ? HTMLText.declaredCharset(octets) : nil)
        return Charset.decode(octets, as: charset)
    }
}
