/// `status-code`, RFC 3463 §2: class, subject and detail, as in `5.1.1`.
package struct EnhancedStatus: Hashable, Sendable {
    /// 2, 4 or 5.
    package let statusClass: UInt8
    package let subject: UInt16
    package let detail: UInt16

    package init(_ statusClass: UInt8, _ subject: UInt16, _ detail: UInt16) {
        self.statusClass = statusClass
        self.subject = subject
        self.detail = detail
    }

    /// Reads `5.1.1`; nil for anything else. Subject and detail have at most three digits.
    package init?(_ text: some StringProtocol) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 1, let first = parts[0].first, [0x32, 0x34, 0x35].contains(first) else {
            return nil
        }
        guard let subject = Self.number(parts[1]), let detail = Self.number(parts[2]) else { return nil }
        self.init(first - 0x30, subject, detail)
    }

    private static func number(_ digits: some Collection<UInt8>) -> UInt16? {
        guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + UInt16($1 - 0x30) }
    }
}

extension EnhancedStatus: CustomStringConvertible, Codable {
    package var description: String { "\(statusClass).\(subject).\(detail)" }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let status = EnhancedStatus(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "an enhanced status is like 5.1.1")
        }
        self = status
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
