package import NIOCore
internal import Wire

/// `list-mailbox`, RFC 9051 §9: a mailbox name in which `*` stands for anything and `%` for anything but a delimiter.
package struct ListPattern: Hashable, Sendable {
    /// In modified UTF-7, as names are compared.
    package let octets: ByteBuffer

    /// The pattern behind a reference name (RFC 9051 §6.3.9): put together without interpretation.
    package func appended(to reference: ByteBuffer) -> ListPattern {
        var whole = reference
        whole.writeImmutableBuffer(octets)
        return ListPattern(octets: whole)
    }

    /// Whether `name` (modified UTF-7) is meant. `INBOX` is compared without case.
    ///
    /// Goes once over the name for each octet of the pattern at worst, whatever the wildcards.
    package func matches(_ name: ByteBuffer) -> Bool {
        let pattern = octets.readableBytesUInt8Span
        let text = name.readableBytesUInt8Span
        let inbox = Self.startsWithInbox(text) ? 5 : 0
        var reached = [Bool](repeating: false, count: text.count + 1)
        reached[0] = true
        for index in pattern.indices {
            switch pattern[index] {
            case UInt8(ascii: "*"):
                for end in 0..<text.count where reached[end] { reached[end + 1] = true }
            case UInt8(ascii: "%"):
                for end in 0..<text.count where reached[end] && text[end] != MailboxName.delimiter { reached[end + 1] = true }
            case let octet:
                for end in stride(from: text.count, to: 0, by: -1) {
                    let isSame = text[end - 1] == octet || end <= inbox && text[end - 1] == octet.uppercasedASCII
                    reached[end] = reached[end - 1] && isSame
                }
                reached[0] = false
            }
        }
        return reached[text.count]
    }

    private static func startsWithInbox(_ text: Span<UInt8>) -> Bool {
        let inbox: StaticString = "INBOX"
        guard text.count == 5 || text.count > 5 && text[5] == MailboxName.delimiter else { return false }
        for (index, octet) in inbox.description.utf8.enumerated() where text[index] != octet { return false }
        return true
    }
}

extension CommandReader {
    /// `list-mailbox`, RFC 9051 §9, at most `limits.wildcards` wildcards and `limits.stringLength` octets.
    package mutating func listPattern() throws(SyntaxError) -> ListPattern {
        let start = self
        let isString = next == .quote || next == UInt8(ascii: "{")
        let text = isString ? try string() : run(of: .listMailbox)
        guard isString || text.readableBytes > 0 else { throw start.failure(.pattern) }
        guard text.readableBytes <= limits.stringLength else { throw start.failure(.shorterString) }
        let wildcards = text.readableBytesView.count { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "%") }
        guard wildcards <= limits.wildcards else { throw start.failure(.fewerWildcards) }
        return ListPattern(octets: text)
    }
}
