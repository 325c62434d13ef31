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

    /// Reads 32 hexadecimal digits in lower case.
    package init?(hex: String) {
        guard hex.utf8.count == 32 else { return nil }
        var words: (high: UInt64, low: UInt64) = (0, 0)
        for digit in hex.utf8 {
            let value: UInt8
            switch digit {
            case 0x30...0x39: value = digit - 0x30
            case 0x61...0x66: value = digit - 0x61 + 10
            default: return nil
            }
            words = (words.high << 4 | words.low >> 60, words.low << 4 | UInt64(value))
        }
        (high, low) = words
    }

    /// 32 hexadecimal digits in lower case.
    package var hex: String {
        var digits: [UInt8] = []
        digits.reserveCapacity(32)
        for word in [high, low] {
            for shift in stride(from: 60, through: 0, by: -4) {
                let value = UInt8(truncatingIfNeeded: word >> shift & 15)
                digits.append(value < 10 ? 0x30 + value : 0x61 + value - 10)
            }
        }
        return String(decoding: digits, as: UTF8.self)
    }
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
