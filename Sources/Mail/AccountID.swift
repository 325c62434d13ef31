/// Whose mailbox it is, for as long as it lives: the first 128 bits of SHA-256 over tenant id, source id and stable id.
/// A renamed address keeps it, and no tenant can name another's.
package struct AccountID: Hashable, Sendable {
    package let value: UInt128

    package init(_ value: UInt128) { self.value = value }

    /// Reads 32 hexadecimal digits in lower case.
    package init?(hex: String) {
        guard hex.utf8.count == 32, hex.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
            let value = UInt128(hex, radix: 16)
        else { return nil }
        self.value = value
    }

    /// 32 hexadecimal digits in lower case.
    package var hex: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 32 - digits.utf8.count) + digits
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
