package import MIME
internal import NIOCore

/// Header fields that the index keeps as they stand in the message, since mail clients ask for them of every message of a folder:
/// an answer needs no message file then.
package enum KeptFields {
    /// What Thunderbird, Apple Mail, Outlook, K-9, mutt, Evolution, Roundcube and mbsync ask for.
    private static let names: [FieldName] = [
        "date", "from", "sender", "reply-to", "to", "cc", "bcc", "subject", "message-id", "in-reply-to", "references",
        "mime-version", "content-type", "content-transfer-encoding", "content-description", "lines",
        "priority", "x-priority", "importance", "x-msmail-priority", "x-msoesrec", "x-ref", "x-label", "x-draft-info", "x-tuid",
        "newsgroups", "followup-to", "mail-followup-to", "mail-reply-to", "return-path", "return-receipt-to",
        "disposition-notification-to", "list-id", "list-post", "list-subscribe", "list-unsubscribe",
        "x-uniform-type-identifier", "x-universally-unique-identifier", "x-k9mail-identity", "chat-version",
        "bimi-indicator", "bimi-location", "x-bimi-indicator-hash", "authentication-results", "dkim-signature",
    ]
    private static let known = Set(names)
    private static let selection = FieldSelection(names)

    /// Whether all of them are kept.
    package static func hold(_ names: [FieldName]) -> Bool { names.allSatisfy { known.contains($0) } }

    /// What is kept of a message's header; nil where the header or its fields are too long for it.
    static func lines(of header: ByteBuffer) -> ByteBuffer? {
        guard header.readableBytes <= StoreLimits.keptHeader else { return nil }
        let lines = selection.lines(in: header)
        return lines.readableBytes <= StoreLimits.keptFields ? lines : nil
    }
}
