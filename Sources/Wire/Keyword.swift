package import NIOCore

/// A word of a protocol, at most 16 visible ASCII octets, packed into one integer: two words that differ only in case
/// are equal, and comparing or hashing one costs as much as a number.
///
///     switch keyword {
///     case "EHLO": ...
///     }
package struct Keyword: Hashable, Sendable {
    /// The longest word that fits, in octets.
    package static let maximumLength = 16

    /// The octets in upper case, the last one lowest; zero for the empty word.
    package let packed: UInt128

    /// Nil for an empty word, one longer than `maximumLength`, or one with other than visible ASCII octets.
    package init?(_ octets: Span<UInt8>) {
        guard !octets.isEmpty, octets.count <= Self.maximumLength else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for index in octets.indices {
            let octet = octets[index]
            guard octet &- 0x21 < 0x5e else { return nil }
            high = high &<< 8 | low &>> 56
            low = low &<< 8 | UInt64(octet.uppercasedASCII)
        }
        packed = UInt128(high) << 64 | UInt128(low)
    }

    /// The readable octets of `buffer`, which stay unread. Nil as for `init(_: Span<UInt8>)`.
    package init?(_ buffer: ByteBuffer) { self.init(buffer.readableBytesUInt8Span) }

    /// Nil as for `init(_: Span<UInt8>)`.
    package init?(_ text: some StringProtocol) {
        var text = String(text)
        text.makeContiguousUTF8()
        self.init(text.utf8.span)
    }

    /// The octets in upper case.
    package var octets: [UInt8] {
        let all = (0..<Self.maximumLength).map { UInt8(truncatingIfNeeded: packed >> UInt128(8 * (15 - $0))) }
        return Array(all.drop { $0 == 0 })
    }

    package var count: Int { (128 - packed.leadingZeroBitCount + 7) / 8 }
}

extension Keyword: ExpressibleByStringLiteral {
    /// A literal that is no keyword is a mistake of ours and traps.
    package init(stringLiteral text: StaticString) {
        var packed: UInt128 = 0
        precondition((1...Self.maximumLength).contains(text.utf8CodeUnitCount), "a keyword has 1 to 16 octets")
        for octet in text.description.utf8 {
            precondition((0x21...0x7e).contains(octet), "a keyword is visible ASCII")
            packed = packed << 8 | UInt128(octet.uppercasedASCII)
        }
        self.packed = packed
    }
}

extension Keyword: CustomStringConvertible {
    /// In upper case.
    package var description: String { String(decoding: octets, as: UTF8.self) }
}
