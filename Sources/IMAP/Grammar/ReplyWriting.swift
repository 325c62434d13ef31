internal import NIOCore
internal import Wire

extension ByteBuffer {
    /// `number64`, RFC 9051 §9. Written digit by digit: a `String` would cost an allocation for each.
    mutating func write(number: UInt64) {
        guard number >= 10 else {
            writeInteger(UInt8(ascii: "0") + UInt8(number))
            return
        }
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var rest = number
        var start = 20
        while rest > 0 {
            start -= 1
            digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        unsafe writeBytes(digits.span.extracting(start..<20).bytes)
    }

    mutating func write(_ text: StaticString) { writeStaticString(text) }

    mutating func writeLineEnd() { writeStaticString("\r\n") }

    /// `string`, RFC 9051 §9: quoted where it is short printable ASCII, else a literal.
    mutating func write(string text: ByteBuffer) {
        guard text.readableBytes <= 1000, text.isQuotable else {
            write(literal: text)
            return
        }
        writeInteger(UInt8.quote)
        var rest = text
        while let octet = rest.readInteger(as: UInt8.self) {
            if octet == .quote || octet == .backslash { writeInteger(UInt8.backslash) }
            writeInteger(octet)
        }
        writeInteger(UInt8.quote)
    }

    mutating func write(string text: String) { write(string: ByteBuffer(string: text)) }

    /// `literal`, RFC 9051 §9.
    mutating func write(literal octets: ByteBuffer) {
        writeLiteralHeader(size: octets.readableBytes)
        writeImmutableBuffer(octets)
    }

    /// `{310}` CRLF, for octets that the caller writes behind it.
    mutating func writeLiteralHeader(size: Int) {
        writeInteger(UInt8(ascii: "{"))
        write(number: UInt64(size))
        writeStaticString("}\r\n")
    }

    private var isQuotable: Bool {
        let bytes = readableBytesUInt8Span
        for index in bytes.indices where bytes[index] < 0x20 || bytes[index] > 0x7e { return false }
        return true
    }
}
