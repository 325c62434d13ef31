/// A tenant's immutable id: 1 to 63 lower-case letters, digits and inner hyphens.
package struct TenantID: Hashable, Sendable {
    package let text: String

    package init(_ text: String) throws(MailSyntaxError) {
        let octets = text.utf8
        let allowed = octets.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7a).contains($0) || $0 == 0x2d }
        guard (1...63).contains(octets.count), allowed, octets.first != 0x2d, octets.last != 0x2d else {
            throw MailSyntaxError("an id is 1 to 63 lower-case letters, digits and inner hyphens")
        }
        self.text = text
    }
}

extension TenantID: Comparable, CustomStringConvertible, Codable {
    package static func < (left: TenantID, right: TenantID) -> Bool { left.text < right.text }

    package var description: String { text }

    package init(from decoder: any Decoder) throws { try self.init(decoder.singleValueContainer().decode(String.self)) }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
