internal import NIOCore
internal import Wire

/// Mailbox names as they travel: modified UTF-7, RFC 3501 §5.1.3.
enum ModifiedUTF7 {
    /// The text that `octets` stand for. Octets above ASCII are read as UTF-8, as some clients send it unasked.
    ///
    /// Nil for Base64 that does not end or holds no UTF-16, for a printable ASCII character in Base64 (one name has one
    /// spelling, and no `/` hides in it), for UTF-8 that is none, and for control characters.
    static func decode(_ octets: ByteBuffer) -> String? {
        var rest = octets
        var text: [UInt8] = []
        while let octet = rest.readInteger(as: UInt8.self) {
            guard octet == UInt8(ascii: "&") else {
                guard octet >= 0x20, octet != 0x7f else { return nil }
                text.append(octet)
                continue
            }
            guard let length = rest.firstOffset(of: UInt8(ascii: "-")), let shift = rest.readSlice(length: length) else {
                return nil
            }
            rest.moveReaderIndex(forwardBy: 1)
            if length == 0 {
                text.append(octet)
            } else {
                guard let decoded = shifted(shift) else { return nil }
                text += decoded.utf8
            }
        }
        guard let name = String(validating: text, as: UTF8.self),
            name.unicodeScalars.allSatisfy({ !(0x80..<0xa0).contains($0.value) })
        else { return nil }
        return name
    }

    private static func shifted(_ base64: ByteBuffer) -> String? {
        guard let bytes = try? Base64.decode(base64.readableBytesUInt8Span, alphabet: .mailboxName), bytes.count.isMultiple(of: 2)
        else { return nil }
        let units = stride(from: 0, to: bytes.count, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        guard let text = String(validating: units, as: UTF16.self), text.unicodeScalars.allSatisfy({ $0.value >= 0xa0 }) else {
            return nil
        }
        return text
    }

    static func encode(_ text: String) -> ByteBuffer {
        var buffer = ByteBuffer()
        var units: [UInt8] = []
        func flush() {
            guard !units.isEmpty else { return }
            buffer.writeInteger(UInt8(ascii: "&"))
            buffer.writeBytes(Base64.encode(units.span, alphabet: .mailboxName))
            buffer.writeInteger(UInt8(ascii: "-"))
            units.removeAll()
        }
        for scalar in text.unicodeScalars {
            guard (0x20...0x7e).contains(scalar.value) else {
                for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                    units.append(UInt8(unit >> 8))
                    units.append(UInt8(unit & 0xff))
                }
                continue
            }
            flush()
            buffer.writeInteger(UInt8(scalar.value))
            if scalar == "&" { buffer.writeInteger(UInt8(ascii: "-")) }
        }
        flush()
        return buffer
    }
}
