internal import NIOCore
internal import Wire

extension ByteBuffer {
    /// `number64`, RFC 9051 §9. Written digit by digit: a `String` would cost an allocation for each.
    mutating func write(number: UInt64) {
        guard number >= 10 else {
            writeInteger(UInt8(ascii: "0") + UInt8(number))
            return
        }
        let (digits, start) = Self.digits(of: number)
        unsafe writeBytes(digits.span.extracting(start..<20).bytes)
    }

    /// A number between fixed words of at most 20 octets each, in one piece: a buffer looks at its room for each.
    mutating func write(_ before: StaticString, number: UInt64, _ after: StaticString) {
        var text = InlineArray<60, UInt8>(repeating: 0)
        var end = 0
        before.withUTF8Buffer { octets in
            for index in 0..<octets.count {
                text[end] = unsafe octets[index]
                end += 1
            }
        }
        let (digits, start) = Self.digits(of: number)
        for index in start..<20 {
            text[end] = digits[index]
            end += 1
        }
        after.withUTF8Buffer { octets in
            for index in 0..<octets.count {
                text[end] = unsafe octets[index]
                end += 1
            }
        }
        unsafe writeBytes(text.span.extracting(0..<end).bytes)
    }

    /// The decimal digits, the last ones of 20, and where they begin.
    private static func digits(of number: UInt64) -> (digits: InlineArray<20, UInt8>, start: Int) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var rest = number
        var start = 20
        repeat {
            start -= 1
            digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        } while rest > 0
        return (digits, start)
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
