/// The octets that the line protocols name.
extension UInt8 {
    @inlinable package static var nul: UInt8 { 0x00 }
    @inlinable package static var tab: UInt8 { 0x09 }
    @inlinable package static var lineFeed: UInt8 { 0x0a }
    @inlinable package static var carriageReturn: UInt8 { 0x0d }
    @inlinable package static var space: UInt8 { 0x20 }
    @inlinable package static var quote: UInt8 { 0x22 }
    @inlinable package static var backslash: UInt8 { 0x5c }

    /// `a` to `z` become `A` to `Z`; every other octet stays.
    @inlinable package var uppercasedASCII: UInt8 { self &- 0x61 < 26 ? self & 0xdf : self }

    /// `A` to `Z` become `a` to `z`; every other octet stays.
    @inlinable package var lowercasedASCII: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

    /// `SP` or `HTAB`: `WSP`, RFC 5234 appendix B.1.
    @inlinable package var isWhiteSpace: Bool { self == 0x20 || self == 0x09 }

    /// The value of a decimal digit, or nil.
    @inlinable package var decimalValue: UInt8? { self &- 0x30 < 10 ? self &- 0x30 : nil }

    /// The value of a hexadecimal digit of either case, or nil.
    @inlinable package var hexValue: UInt8? {
        if self &- 0x30 < 10 { return self &- 0x30 }
        let letter = (self | 0x20) &- 0x61
        return letter < 6 ? letter &+ 10 : nil
    }
}
