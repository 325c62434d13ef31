/// What SMTP says of a message beside its content (RFC 5321 §2.3.1).
package struct Envelope: Hashable, Sendable, Codable {
    /// The return path; nil is the null reverse-path `<>` of notices.
    package var sender: Address?
    package var recipients: [EnvelopeRecipient]
    /// Whether the sender asked for SMTPUTF8 (RFC 6531 §3.4).
    package var smtpUTF8: Bool
    /// DSN `ENVID` (RFC 3461 §4.4), decoded from xtext.
    package var envelopeID: String?
    /// DSN `RET` (RFC 3461 §4.3): whether a failure notice returns the whole message.
    package var returnsFullMessage: Bool

    package init(
        sender: Address?, recipients: [EnvelopeRecipient] = [], smtpUTF8: Bool = false, envelopeID: String? = nil,
        returnsFullMessage: Bool = false
    ) {
        self.sender = sender
        self.recipients = recipients
        self.smtpUTF8 = smtpUTF8
        self.envelopeID = envelopeID
        self.returnsFullMessage = returnsFullMessage
    }
}

/// One `RCPT TO` of an envelope.
package struct EnvelopeRecipient: Hashable, Sendable, Codable {
    package var address: Address
    package var notify: DSNNotify
    /// DSN `ORCPT` (RFC 3461 §4.2) as given: `rfc822;ana@example.org`, decoded from xtext.
    package var originalRecipient: String?

    package init(_ address: Address, notify: DSNNotify = .failure, originalRecipient: String? = nil) {
        self.address = address
        self.notify = notify
        self.originalRecipient = originalRecipient
    }
}

/// DSN `NOTIFY` (RFC 3461 §4.1); empty is `NEVER`.
package struct DSNNotify: OptionSet, Hashable, Sendable, Codable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let success = DSNNotify(rawValue: 1)
    package static let failure = DSNNotify(rawValue: 2)
    package static let delay = DSNNotify(rawValue: 4)
    package static let never: DSNNotify = []
}
