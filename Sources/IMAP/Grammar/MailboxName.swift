internal import NIOCore
internal import Wire

/// `mailbox`, RFC 9051 §9: a folder of the account, or, below `~name`, of a mailbox that is shared with it.
package struct MailboxName: Hashable, Sendable {
    /// What parts a folder from its children in names.
    package static let delimiter: UInt8 = UInt8(ascii: "/")
    /// What the first part of a shared mailbox's names begins with.
    package static let sharedPrefix = "~"

    /// From the root to the folder, as people read them; none empty. `INBOX` is in upper case as the first.
    package let components: [String]

    package init(_ components: [String]) {
        guard let first = components.first, first.count == 5, first.uppercased() == "INBOX" else {
            self.components = components
            return
        }
        self.components = ["INBOX"] + components.dropFirst()
    }

    /// The name below `~`, and the path in that mailbox; nil for a folder of the account's own.
    package var shared: (name: String, path: [String])? {
        guard let first = components.first, first.hasPrefix(Self.sharedPrefix), first.count > 1 else { return nil }
        return (String(first.dropFirst()), Array(components.dropFirst()))
    }

    /// In modified UTF-7, with delimiters.
    var octets: ByteBuffer { ModifiedUTF7.encode(components.joined(separator: "/")) }
}

extension CommandReader {
    /// `mailbox`, RFC 9051 §9, in modified UTF-7. One delimiter at the end is passed over (RFC 9051 §6.3.4).
    package mutating func mailboxName() throws(SyntaxError) -> MailboxName {
        let start = self
        guard let text = ModifiedUTF7.decode(try astring()) else { throw start.failure(.mailboxName) }
        var components = text.utf8.split(separator: MailboxName.delimiter, omittingEmptySubsequences: false).map {
            String($0) ?? ""
        }
        if components.count > 1, components.last == "" { components.removeLast() }
        guard !components.isEmpty, components.allSatisfy({ !$0.isEmpty }) else { throw start.failure(.mailboxName) }
        return MailboxName(components)
    }
}

extension ByteBuffer {
    /// `mailbox`, RFC 9051 §9.
    mutating func write(mailbox name: MailboxName) { write(string: name.octets) }
}
