package import NIOCore
internal import Wire

/// A delivery status notification, RFC 3464: tells a sender what became of a message.
package struct DeliveryStatusReport: Sendable {
    /// RFC 3464 §2.3.3.
    package enum Action: String, Sendable {
        case failed, delayed, delivered, relayed, expanded
    }

    /// What became of the message for one recipient, RFC 3464 §2.3.
    package struct Recipient: Sendable {
        /// ORCPT as the sender gave it, `rfc822;ana@example.com`; nil where it gave none.
        package var original: String?
        package var final: String
        package var action: Action
        /// `5.1.1`, RFC 3463.
        package var status: String
        /// The host that said so; nil where this one did.
        package var remoteHost: String?
        /// Its reply: `550 5.1.1 no such user`.
        package var diagnostic: String?
        package var lastAttempt: DateTime?
        /// Until when a delayed message is tried.
        package var retriesUntil: DateTime?

        package init(final: String, action: Action, status: String) {
            self.final = final
            self.action = action
            self.status = status
        }
    }

    /// What is sent back of the message, RFC 3462 §2.
    package enum Returned: Sendable {
        case header(ByteBuffer)
        case message(ByteBuffer)
    }

    /// `MAILER-DAEMON@host`, and the sender that is told.
    package var from: HeaderAddress
    package var to: HeaderAddress
    package var subject: String
    /// For people, in their language.
    package var text: String
    package var date: DateTime
    package var messageID: String
    package var reportingHost: String
    /// ENVID as the sender gave it.
    package var envelopeID: String?
    package var arrival: DateTime?
    package var recipients: [Recipient]
    package var returned: Returned

    package init(
        from: HeaderAddress, to: HeaderAddress, subject: String, text: String, date: DateTime, messageID: String,
        reportingHost: String,
        recipients: [Recipient], returned: Returned
    ) {
        self.from = from
        self.to = to
        self.subject = subject
        self.text = text
        self.date = date
        self.messageID = messageID
        self.reportingHost = reportingHost
        self.recipients = recipients
        self.returned = returned
    }

    /// The report as a message.
    ///
    /// - Parameter token: as for `MessageBuilder`.
    package func octets(token: String) throws -> ByteBuffer {
        var header = FieldWriter()
        header.words("Date", [date.description])
        header.addresses("From", [from])
        header.addresses("To", [to])
        header.text("Subject", subject)
        header.identifiers("Message-ID", [messageID])
        // RFC 3834 §3.1.7: nothing answers it by itself.
        header.words("Auto-Submitted", ["auto-replied"])
        header.words("MIME-Version", ["1.0"])
        let children: [NewEntity] = [
            .text(text, type: ContentType.Written(essence: "text/plain")),
            .verbatim(status, type: "message/delivery-status"),
            returnedEntity,
        ]
        let report = NewEntity.multipart(subtype: "report", parameters: [("report-type", "delivery-status")], children: children)
        var buffer = ByteBuffer()
        var boundaries = BoundarySequence(token: token)
        try report.write(header, boundaries: &boundaries) { buffer.writeImmutableBuffer($0) }
        return buffer
    }

    private var returnedEntity: NewEntity {
        switch returned {
        case .header(let octets): .verbatim(octets, type: "text/rfc822-headers")
        case .message(let octets): .part(NewPart.message(octets))
        }
    }

    /// The fields of RFC 3464 §2.2 and §2.3: a group for the message, and one for each recipient.
    private var status: ByteBuffer {
        var fields = FieldWriter()
        if let envelopeID { fields.words("Original-Envelope-Id", [envelopeID]) }
        fields.words("Reporting-MTA", ["dns; \(reportingHost)"])
        if let arrival { fields.words("Arrival-Date", [arrival.description]) }
        for recipient in recipients {
            fields.endHeader()
            if let original = recipient.original { fields.words("Original-Recipient", [Self.typed(original)]) }
            fields.words("Final-Recipient", [Self.typed(recipient.final)])
            fields.words("Action", [recipient.action.rawValue])
            fields.words("Status", [recipient.status])
            if let host = recipient.remoteHost { fields.words("Remote-MTA", ["dns; \(host)"]) }
            if let diagnostic = recipient.diagnostic { fields.words("Diagnostic-Code", Self.diagnostic(diagnostic)) }
            if let date = recipient.lastAttempt { fields.words("Last-Attempt-Date", [date.description]) }
            if let date = recipient.retriesUntil { fields.words("Will-Retry-Until", [date.description]) }
        }
        return fields.buffer
    }

    /// `rfc822; ana@example.com`; an ORCPT has its type already.
    private static func typed(_ address: String) -> String {
        guard let semicolon = address.firstIndex(of: ";"), !address[..<semicolon].contains("@") else {
            return "rfc822; \(address)"
        }
        return "\(address[..<semicolon]); \(address[address.index(after: semicolon)...].drop { $0 == " " })"
    }

    /// A peer's reply can be of any length and hold any octets (RFC 3464 §2.3.6 wants ASCII).
    private static func diagnostic(_ reply: String) -> [String] {
        let ascii = String(
            decoding: reply.utf8.map { $0 < 0x20 || $0 >= 0x7f ? UInt8(ascii: " ") : $0 }.prefix(2_000), as: UTF8.self)
        return ["smtp;"] + ascii.split(separator: " ").map { String($0.prefix(500)) }
    }
}
