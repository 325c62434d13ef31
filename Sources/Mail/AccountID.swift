internal import Wire

/// Whose mailbox it is, for as long as it lives: the first 128 bits of SHA-256 over tenant id, source id and stable id.
/// A renamed address keeps it, and no tenant can name another's.
package struct AccountID: Hashable, Sendable {
    // Two words rather than one UInt128: with Swift 6.3, an `async` function that takes a UInt128 beside enough other words
    // that they do not all fit into registers loses its caller's isolation, and crashes at its first suspension.
    private let high: UInt64
    private let low: UInt64

    package var value: UInt128 { UInt128(high) << 64 | UInt128(low) }

    package init(_ value: UInt128) {
        high = UInt64(truncatingIfNeeded: value >> 64)
        low = UInt64(truncatingIfNeeded: value)
    }

    /// 16 octets, most significant first.
    package init?(octets: [UInt8]) {
        guard octets.count == 16 else { return nil }
        self.init(octets.reduce(UInt128(0)) { $0 << 8 | UInt128($1) })
    }

    package var octets: [UInt8] { (0..<16).map { UInt8(truncatingIfNeeded: value >> (120 - 8 * $0)) } }

    /// Reads 32 hexadecimal digits in lower case.
    package init?(hex: String) {
        guard hex.utf8.count == 32, !hex.utf8.contains(where: { (0x41...0x46).contains($0) }), let octets = Hex.decode(hex) else {
            return nil
        }
        self.init(octets: octets)
    }

    /// 32 hexadecimal digits in lower case.
    package var hex: String { Hex.encode(octets) }
}

extension AccountID: CustomStringConvertible, Codable, Comparable {
    package var description: String { hex }

    package static func < (left: AccountID, right: AccountID) -> Bool { left.value < right.value }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = try AccountID(hex: container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "an account id is 32 hexadecimal digits")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}
