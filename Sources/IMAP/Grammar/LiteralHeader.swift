package import NIOCore
internal import Wire

/// The announcement of a literal at the end of a line: `{310}`, or `{310+}` where the octets follow unasked (RFC 7888).
package struct LiteralHeader: Hashable, Sendable {
    /// Octets to follow.
    package let size: Int
    /// Whether the peer waits for `+` before it sends them.
    package let isSynchronizing: Bool
    /// `~{310}`, RFC 3516: may hold NUL.
    package let isBinary: Bool
}

extension LiteralHeader {
    /// What `line` ends in; nil where that is no literal's announcement, or one above 2^63 - 1.
    package init?(endOf line: ByteBuffer) {
        let bytes = line.readableBytesUInt8Span
        guard bytes.count >= 3, bytes[bytes.count - 1] == UInt8(ascii: "}") else { return nil }
        var start = bytes.count - 2
        while start > 0, bytes[start] != UInt8(ascii: "{") {
            guard bytes[start].decimalValue != nil || bytes[start] == UInt8(ascii: "+") else { return nil }
            start -= 1
        }
        if start > 0, bytes[start - 1] == UInt8(ascii: "~") { start -= 1 }
        guard let slice = line.getSlice(at: line.readerIndex + start, length: bytes.count - start) else { return nil }
        var reader = CommandReader(slice)
        guard let header = reader.literalHeader(), reader.isAtEnd else { return nil }
        self = header
    }
}

extension CommandReader {
    /// `["~"] "{" number64 ["+"] "}"`, RFC 9051 §9; nil, and the cursor where it was, for anything else.
    package mutating func literalHeader() -> LiteralHeader? {
        var ahead = self
        let isBinary = ahead.take(UInt8(ascii: "~"))
        guard ahead.take(UInt8(ascii: "{")), let size = try? ahead.number64(), let size = Int(exactly: size) else { return nil }
        let isSynchronizing = !ahead.take(UInt8(ascii: "+"))
        guard ahead.take(UInt8(ascii: "}")) else { return nil }
        self = ahead
        return LiteralHeader(size: size, isSynchronizing: isSynchronizing, isBinary: isBinary)
    }
}
