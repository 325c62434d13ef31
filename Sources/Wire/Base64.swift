package import NIOCore

/// Octets that are not Base64.
package struct Base64Error: Error, Hashable, Sendable {
    /// Where in the text the first wrong octet stands; its length where the end is missing.
    package let offset: Int
}

/// Base64 in one piece, RFC 4648. For bodies of messages, which come in pieces and with line ends, see `Base64Decoder`.
package enum Base64 {
    /// The Base64 of `bytes` on one line.
    package static func encode(_ bytes: Span<UInt8>, alphabet: Base64Alphabet = .standard) -> [UInt8] {
        let full = bytes.count / 3
        let rest = bytes.count % 3
        let digits = alphabet.digits.span
        var text: [UInt8] = []
        text.reserveCapacity((full + 1) * 4)
        for group in 0..<full {
            let bits = UInt32(bytes[group * 3]) << 16 | UInt32(bytes[group * 3 + 1]) << 8 | UInt32(bytes[group * 3 + 2])
            text.append(digits[Int(bits >> 18)])
            text.append(digits[Int(bits >> 12 & 63)])
            text.append(digits[Int(bits >> 6 & 63)])
            text.append(digits[Int(bits & 63)])
        }
        guard rest > 0 else { return text }
        let bits = UInt32(bytes[full * 3]) << 16 | (rest == 2 ? UInt32(bytes[full * 3 + 1]) << 8 : 0)
        text.append(digits[Int(bits >> 18)])
        text.append(digits[Int(bits >> 12 & 63)])
        if rest == 2 { text.append(digits[Int(bits >> 6 & 63)]) }
        if alphabet.isPadded { text.append(contentsOf: repeatElement(UInt8(ascii: "="), count: 3 - rest)) }
        return text
    }

    package static func encode(_ bytes: [UInt8], alphabet: Base64Alphabet = .standard) -> String {
        String(decoding: encode(bytes.span, alphabet: alphabet), as: UTF8.self)
    }

    package static func encode(_ buffer: ByteBuffer, alphabet: Base64Alphabet = .standard) -> ByteBuffer {
        ByteBuffer(bytes: encode(buffer.readableBytesUInt8Span, alphabet: alphabet))
    }

    /// The octets that `text` stands for. Strict: no white space, the padding that the alphabet asks for, and no bits
    /// left over (RFC 4648 §3.5).
    package static func decode(_ text: Span<UInt8>, alphabet: Base64Alphabet = .standard) throws(Base64Error) -> [UInt8] {
        let length = try unpaddedLength(text, alphabet)
        let values = alphabet.values.span
        var bytes: [UInt8] = []
        bytes.reserveCapacity(length / 4 * 3 + 2)
        var bits: UInt32 = 0
        for index in 0..<length {
            let value = values[Int(text[index])]
            guard value < 64 else { throw Base64Error(offset: index) }
            bits = bits << 6 | UInt32(value)
            guard index & 3 == 3 else { continue }
            bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
            bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
            bytes.append(UInt8(truncatingIfNeeded: bits))
            bits = 0
        }
        let rest = length & 3
        let spare: UInt32 = rest == 2 ? 0xf : rest == 3 ? 0x3 : 0
        guard rest != 1, bits & spare == 0 else { throw Base64Error(offset: length - 1) }
        if rest >= 2 { bytes.append(UInt8(truncatingIfNeeded: rest == 2 ? bits >> 4 : bits >> 10)) }
        if rest == 3 { bytes.append(UInt8(truncatingIfNeeded: bits >> 2)) }
        return bytes
    }

    package static func decode(_ text: some StringProtocol, alphabet: Base64Alphabet = .standard) throws(Base64Error) -> [UInt8] {
        var text = String(text)
        text.makeContiguousUTF8()
        return try decode(text.utf8.span, alphabet: alphabet)
    }

    package static func decode(_ text: ByteBuffer, alphabet: Base64Alphabet = .standard) throws(Base64Error) -> ByteBuffer {
        ByteBuffer(bytes: try decode(text.readableBytesUInt8Span, alphabet: alphabet))
    }

    private static func unpaddedLength(_ text: Span<UInt8>, _ alphabet: Base64Alphabet) throws(Base64Error) -> Int {
        guard alphabet.isPadded else { return text.count }
        guard text.count % 4 == 0 else { throw Base64Error(offset: text.count) }
        var length = text.count
        while length > 0, text.count - length < 2, text[length - 1] == UInt8(ascii: "=") { length -= 1 }
        return length
    }
}
