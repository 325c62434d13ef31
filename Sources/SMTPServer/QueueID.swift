/// How the spool names an accepted message; the sender is told it (`250 2.0.0 Ok: queued as ID`), and the operator finds
/// the message by it.
package struct QueueID: Hashable, Sendable {
    /// The longest id, in octets.
    package static let longest = 64

    package let text: String

    /// Nil unless it is 1 to 64 ASCII letters, digits, `-`, `_` and `.`.
    package init?(_ text: String) {
        let allowed = text.utf8.allSatisfy { octet in
            switch octet {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
            default: false
            }
        }
        guard (1...Self.longest).contains(text.utf8.count), allowed else { return nil }
        self.text = text
    }
}

extension QueueID: CustomStringConvertible {
    package var description: String { text }
}
