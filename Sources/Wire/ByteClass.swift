/// A set of octets; membership is one shift.
package struct ByteClass: Hashable, Sendable {
    /// 64 octets each, the lowest first.
    @usableFromInline var words: (UInt64, UInt64, UInt64, UInt64)

    @inlinable package func contains(_ octet: UInt8) -> Bool {
        let word: UInt64 =
            switch octet >> 6 {
            case 0: words.0
            case 1: words.1
            case 2: words.2
            default: words.3
            }
        return word &>> UInt64(octet & 63) & 1 == 1
    }

    /// The octets of `characters` (ASCII) and of `ranges`.
    package init(_ characters: StaticString = "", _ ranges: ClosedRange<UInt8>...) {
        words = (0, 0, 0, 0)
        for octet in characters.description.utf8 { insert(octet) }
        for range in ranges { for octet in range { insert(octet) } }
    }

    package func union(_ other: ByteClass) -> ByteClass {
        var result = self
        for octet in UInt8.min...UInt8.max where other.contains(octet) { result.insert(octet) }
        return result
    }

    package func subtracting(_ other: ByteClass) -> ByteClass {
        var result = ByteClass()
        for octet in UInt8.min...UInt8.max where contains(octet) && !other.contains(octet) { result.insert(octet) }
        return result
    }

    private mutating func insert(_ octet: UInt8) {
        let bit = UInt64(1) << UInt64(octet & 63)
        switch octet >> 6 {
        case 0: words.0 |= bit
        case 1: words.1 |= bit
        case 2: words.2 |= bit
        default: words.3 |= bit
        }
    }

    package static func == (left: ByteClass, right: ByteClass) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}

extension ByteClass {
    /// `DIGIT`, RFC 5234 appendix B.1.
    package static let digit = ByteClass("0123456789")
    /// `ALPHA`, RFC 5234 appendix B.1.
    package static let letter = ByteClass("", 0x41...0x5a, 0x61...0x7a)
    /// `VCHAR`, RFC 5234 appendix B.1.
    package static let visible = ByteClass("", 0x21...0x7e)
    /// `SP` and `HTAB`.
    package static let whiteSpace = ByteClass(" \t")
    /// Octets above ASCII.
    package static let eightBit = ByteClass("", 0x80...0xff)
    /// `atext`, RFC 5322 §3.2.3.
    package static let atomText = ByteClass("!#$%&'*+-/=?^_`{|}~").union(letter).union(digit)
    /// `token` octets of MIME: visible, without `tspecials` (RFC 2045 §5.1).
    package static let token = visible.subtracting(ByteClass("()<>@,;:\\\"/[]?="))
    /// `ftext`: what a header field's name is made of (RFC 5322 §3.6.8).
    package static let fieldName = visible.subtracting(ByteClass(":"))
}
