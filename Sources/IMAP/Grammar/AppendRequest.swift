internal import NIOCore
internal import Wire

/// `append`, RFC 9051 §9, as far as the message's literal, whose octets never stand in a command here.
package struct AppendRequest: Hashable, Sendable {
    package let mailbox: MailboxName
    package var flags: FlagList
    /// INTERNALDATE; nil is now.
    package var date: DateTime?
    package var literal: LiteralHeader
}

extension CommandReader {
    /// `mailbox [SP flag-list] [SP date-time] SP literal`; the cursor stands behind the literal's `}` afterwards.
    package mutating func appendRequest() throws(SyntaxError) -> AppendRequest {
        let mailbox = try mailboxName()
        try space()
        var flags = FlagList()
        if next == UInt8(ascii: "(") {
            flags = try flagList()
            try space()
        }
        var date: DateTime?
        if next == .quote {
            date = try dateTime()
            try space()
        }
        guard let literal = literalHeader() else { throw failure(.literal) }
        return AppendRequest(mailbox: mailbox, flags: flags, date: date, literal: literal)
    }
}
