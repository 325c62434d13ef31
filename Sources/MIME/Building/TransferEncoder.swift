package import NIOCore
internal import Wire

/// Makes octets fit for transport, RFC 2045 §6.
package enum TransferEncoder {
    /// Octets that make one line of 76 digits.
    static let base64Line = 57

    /// Base64 in lines of 76 digits, each with CRLF. A piece that is not the last has a length divisible by `base64Line`.
    package static func base64(_ octets: ByteBuffer, into buffer: inout ByteBuffer) {
        let digits = Base64.encode(octets.readableBytesUInt8Span)
        buffer.reserveCapacity(minimumWritableBytes: digits.count + digits.count / 38 + 2)
        for start in stride(from: 0, to: digits.count, by: 76) {
            buffer.writeBytes(digits[start..<min(start + 76, digits.count)])
            buffer.writeStaticString("\r\n")
        }
    }

    /// Quoted-printable of text whose lines end in CRLF, in lines of at most 76 octets (§6.7).
    package static func quotedPrintable(_ text: ByteBuffer, into buffer: inout ByteBuffer) {
        let span = text.readableBytesUInt8Span
        var encoded: [UInt8] = []
        encoded.reserveCapacity(span.count + span.count / 8)
        var column = 0
        var index = 0
        while index < span.count {
            if isLineEnd(span, index) {
                encoded += [.carriageReturn, .lineFeed]
                column = 0
                index += 2
                continue
            }
            let isLast = index + 1 == span.count || isLineEnd(span, index + 1)
            let octet = span[index]
            let isPlain = octet > 0x20 && octet < 0x7f ? octet != UInt8(ascii: "=") : octet.isWhiteSpace && !isLast
            // A dot or `From ` at a line's beginning is what transports change.
            let isRisky = column == 0 && (octet == UInt8(ascii: ".") || startsFrom(span, index))
            let length = isPlain && !isRisky ? 1 : 3
            if column + length > (isLast ? 76 : 75) {
                encoded += [UInt8(ascii: "="), .carriageReturn, .lineFeed]
                column = 0
            }
            if length == 1 {
                encoded.append(octet)
            } else {
                encoded += [UInt8(ascii: "="), digits[Int(octet >> 4)], digits[Int(octet & 15)]]
            }
            column += length
            index += 1
        }
        buffer.writeBytes(encoded)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    private static func isLineEnd(_ span: Span<UInt8>, _ index: Int) -> Bool {
        index + 1 < span.count && span[index] == .carriageReturn && span[index + 1] == .lineFeed
    }

    private static func startsFrom(_ span: Span<UInt8>, _ index: Int) -> Bool {
        let word: StaticString = "From "
        guard index + 5 <= span.count else { return false }
        var offset = 0
        for octet in word.description.utf8 {
            guard span[index + offset] == octet else { return false }
            offset += 1
        }
        return true
    }

    /// What text with CRLF needs: nothing, or the shorter of the two encodings (§6.2, lines of RFC 5322 §2.1.1).
    package static func encoding(forText text: ByteBuffer) -> TransferEncoding {
        let traits = OctetTraits(text)
        if traits.isSevenBit, !traits.hasLongLine, !traits.hasBareLineEnd, !traits.hasNUL { return .sevenBit }
        return traits.eightBitCount * 6 > text.readableBytes ? .base64 : .quotedPrintable
    }
}

/// What transports care for in octets.
struct OctetTraits {
    private(set) var eightBitCount = 0
    private(set) var hasLongLine = false
    private(set) var hasBareLineEnd = false
    private(set) var hasNUL = false
    var isSevenBit: Bool { eightBitCount == 0 }

    init(_ octets: ByteBuffer) {
        let span = octets.readableBytesUInt8Span
        var column = 0
        var previous: UInt8 = 0
        for index in span.indices {
            let octet = span[index]
            if octet >= 0x80 { eightBitCount += 1 }
            if octet == .nul { hasNUL = true }
            if octet == .lineFeed {
                if previous != .carriageReturn { hasBareLineEnd = true }
                column = 0
            } else {
                if previous == .carriageReturn { hasBareLineEnd = true }
                if octet != .carriageReturn { column += 1 }
                if column > FieldWriter.hardLimit { hasLongLine = true }
            }
            previous = octet
        }
        if previous == .carriageReturn { hasBareLineEnd = true }
    }
}
