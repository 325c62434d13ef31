internal import NIOCore
internal import Wire

extension CommandReader {
    /// `tag`, RFC 9051 §9.
    mutating func tag() throws(SyntaxError) -> ByteBuffer {
        var ahead = self
        let tag = ahead.run(of: .tag)
        guard (1...limits.tagLength).contains(tag.readableBytes) else { throw failure(.tag) }
        self = ahead
        return tag
    }

    /// `atom`, RFC 9051 §9.
    mutating func atom() throws(SyntaxError) -> ByteBuffer {
        let atom = run(of: .atom)
        guard atom.readableBytes > 0 else { throw failure(.atom) }
        return atom
    }

    /// `astring`, RFC 9051 §9: at most `limits.stringLength` octets, no NUL.
    mutating func astring() throws(SyntaxError) -> ByteBuffer {
        switch next {
        case UInt8.quote, UInt8(ascii: "{"): return try string()
        default:
            let start = self
            let text = run(of: .astring)
            guard text.readableBytes > 0 else { throw failure(.string) }
            guard text.readableBytes <= limits.stringLength else { throw start.failure(.shorterString) }
            return text
        }
    }

    /// `string`, RFC 9051 §9: quoted or literal, at most `limits.stringLength` octets, no NUL.
    mutating func string() throws(SyntaxError) -> ByteBuffer {
        let start = self
        let text: ByteBuffer
        switch next {
        case UInt8.quote: text = try quoted()
        case UInt8(ascii: "{"): text = try literal()
        default: throw failure(.string)
        }
        guard text.readableBytes <= limits.stringLength else { throw start.failure(.shorterString) }
        return text
    }

    /// `nstring`, RFC 9051 §9; nil is `NIL`.
    mutating func nullableString() throws(SyntaxError) -> ByteBuffer? {
        if next == .quote || next == UInt8(ascii: "{") { return try string() }
        guard take("NIL" as Keyword) else { throw failure(.string) }
        return nil
    }

    /// `quoted`, RFC 9051 §9. Octets above ASCII are taken, as clients send UTF-8 whether allowed or not.
    private mutating func quoted() throws(SyntaxError) -> ByteBuffer {
        try take(.quote, or: .quotedString)
        guard let plain = distance(to: .quote) else { throw failure(.quotedString) }
        if let escape = distance(to: .backslash), escape < plain { return try escaped() }
        let start = self
        guard let text = slice(plain), text.isWithoutControls else { throw start.failure(.quotedString) }
        try take(.quote, or: .quotedString)
        return text
    }

    private mutating func escaped() throws(SyntaxError) -> ByteBuffer {
        var text = ByteBuffer()
        while !take(.quote) {
            let isEscaped = take(.backslash)
            guard let octet = next, octet >= 0x20, octet != 0x7f else { throw failure(.quotedString) }
            guard !isEscaped || octet == .quote || octet == .backslash else { throw failure(.quotedString) }
            _ = take(octet)
            text.writeInteger(octet)
        }
        return text
    }

    /// `literal`, RFC 9051 §9 and RFC 7888, with its octets behind it.
    private mutating func literal() throws(SyntaxError) -> ByteBuffer {
        let start = self
        guard let header = literalHeader(), take(.lineFeed) || take(.carriageReturn) && take(.lineFeed),
            let text = slice(header.size), text.firstOffset(of: .nul) == nil
        else { throw start.failure(.literal) }
        return text
    }
}

extension ByteBuffer {
    fileprivate var isWithoutControls: Bool {
        let bytes = readableBytesUInt8Span
        for index in bytes.indices where bytes[index] < 0x20 || bytes[index] == 0x7f { return false }
        return true
    }
}
