/// The flags with a meaning of their own (RFC 9051 §2.3.2); everything else is a `Tag`.
package struct SystemFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let seen = SystemFlags(rawValue: 1)
    package static let answered = SystemFlags(rawValue: 2)
    package static let flagged = SystemFlags(rawValue: 4)
    package static let deleted = SystemFlags(rawValue: 8)
    package static let draft = SystemFlags(rawValue: 16)
    /// `$Forwarded` (RFC 9051 §2.3.2), a keyword in IMAP.
    package static let forwarded = SystemFlags(rawValue: 32)
    /// `$MDNSent` (RFC 3503), a keyword in IMAP.
    package static let receiptSent = SystemFlags(rawValue: 64)

    package static let all: SystemFlags = [.seen, .answered, .flagged, .deleted, .draft, .forwarded, .receiptSent]
}

/// A label that a user gives: an IMAP keyword (RFC 9051 §9 `flag-keyword`), always in lower case (F107).
package struct Tag: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The longest name, in octets.
    package static let longest = 64

    package let name: String

    /// Nil where it is empty, longer than `longest`, or not an `atom` of IMAP.
    package init?(_ text: String) {
        let refused = " (){%*\"\\]"
        guard (1...Tag.longest).contains(text.utf8.count),
            text.unicodeScalars.allSatisfy({ (0x21..<0x7f).contains($0.value) && !refused.unicodeScalars.contains($0) })
        else { return nil }
        name = text.lowercased()
    }

    package static func < (left: Tag, right: Tag) -> Bool { left.name < right.name }

    package var description: String { name }
}
