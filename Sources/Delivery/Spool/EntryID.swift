internal import SMTPServer

/// A spool entry's number: microseconds of its acceptance, made unique; later ones are greater, over restarts too.
package struct EntryID: Hashable, Comparable, Sendable {
    package let value: UInt64

    package init(_ value: UInt64) { self.value = value }

    /// Reads what `text` gives; letter case is of no matter.
    package init?(text: String) {
        guard text.utf8.count == Self.length else { return nil }
        var value: UInt64 = 0
        for octet in text.lowercased().utf8 {
            guard let digit = Self.digits.firstIndex(of: octet) else { return nil }
            value = value << 5 | UInt64(digit)
        }
        self.value = value
    }

    /// Eleven digits of base 32 (no i, l, o, u), sorted as the numbers are.
    package var text: String {
        let octets = (0..<Self.length).map { Self.digits[Int(value >> UInt64(5 * (Self.length - 1 - $0)) & 31)] }
        return String(decoding: octets, as: UTF8.self)
    }

    package static func < (left: EntryID, right: EntryID) -> Bool { left.value < right.value }

    private static let length = 11
    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
}

extension EntryID: CustomStringConvertible {
    package var description: String { text }
}
