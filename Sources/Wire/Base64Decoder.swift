package import NIOCore

/// Decodes Base64 that comes in pieces and from anybody, RFC 2045 §6.8: octets outside the alphabet are passed over, and
/// what follows padding begins a new group (several encodings one behind another). Never fails.
package struct Base64Decoder: Sendable {
    private var bits: UInt32 = 0
    private var digits = 0

    package init() {}

    /// Appends what `text` stands for to `output`; at most three quarters of its length, and two octets.
    package mutating func decode(_ text: ByteBuffer, into output: inout ByteBuffer) {
        let table = Base64Alphabet.standard.values
        var (bits, digits) = (bits, digits)
        unsafe output.writeWithUnsafeMutableBytes(minimumWritableBytes: text.readableBytes / 4 * 3 + 6) { target in
            let span = text.readableBytesUInt8Span
            let values = table.span
            var written = 0
            for index in span.indices {
                let octet = span[index]
                let value = values[Int(octet)]
                if value < 64 {
                    bits = bits << 6 | UInt32(value)
                    digits += 1
                    guard digits == 4 else { continue }
                    unsafe target[written] = UInt8(truncatingIfNeeded: bits >> 16)
                    unsafe target[written + 1] = UInt8(truncatingIfNeeded: bits >> 8)
                    unsafe target[written + 2] = UInt8(truncatingIfNeeded: bits)
                    written += 3
                    (bits, digits) = (0, 0)
                } else if octet == UInt8(ascii: "=") {
                    unsafe Self.flush(&bits, &digits, to: target, at: &written)
                }
            }
            return written
        }
        (self.bits, self.digits) = (bits, digits)
    }

    /// Appends what an encoding without its padding leaves over.
    package mutating func finish(into output: inout ByteBuffer) {
        var (bits, digits) = (bits, digits)
        unsafe output.writeWithUnsafeMutableBytes(minimumWritableBytes: 2) { target in
            var written = 0
            unsafe Self.flush(&bits, &digits, to: target, at: &written)
            return written
        }
        (self.bits, self.digits) = (bits, digits)
    }

    /// All of `text` at once.
    package static func decode(_ text: ByteBuffer) -> ByteBuffer {
        var decoder = Base64Decoder()
        var output = ByteBuffer()
        decoder.decode(text, into: &output)
        decoder.finish(into: &output)
        return output
    }

    private static func flush(
        _ bits: inout UInt32, _ digits: inout Int, to target: UnsafeMutableRawBufferPointer, at written: inout Int
    ) {
        if digits == 2 {
            unsafe target[written] = UInt8(truncatingIfNeeded: bits >> 4)
            written += 1
        } else if digits == 3 {
            unsafe target[written] = UInt8(truncatingIfNeeded: bits >> 10)
            unsafe target[written + 1] = UInt8(truncatingIfNeeded: bits >> 2)
            written += 2
        }
        (bits, digits) = (0, 0)
    }
}
