package import NIOCore
internal import Wire

/// A new message. Its recipients by Bcc are written only into a draft (`keepsBcc`), so they cannot leak.
///
///     var builder = MessageBuilder(from: [sender], date: now, messageID: id, token: random)
///     builder.to = [recipient]
///     builder.subject = "Relatório"
///     builder.text = "Olá"
///     let octets = try builder.octets()
package struct MessageBuilder: Sendable {
    package var from: [HeaderAddress]
    package var sender: HeaderAddress?
    package var replyTo: [HeaderAddress] = []
    package var to: [HeaderAddress] = []
    package var cc: [HeaderAddress] = []
    package var bcc: [HeaderAddress] = []
    /// For drafts alone: whether Bcc is written.
    package var keepsBcc = false
    package var subject = ""
    package var date: DateTime
    /// Without angle brackets, as are the next two.
    package var messageID: String
    package var inReplyTo: [String] = []
    package var references: [String] = []
    package var priority = MessageSummary.Priority.normal
    /// Asks for a receipt to these (RFC 8098 §2.1).
    package var receiptTo: [HeaderAddress] = []
    /// Further fields of text, in their order: `("Auto-Submitted", "auto-replied")`.
    package var fields: [(name: String, value: String)] = []

    /// The plain text; lines end in any way.
    package var text = ""
    /// Whether `text` is written as `format=flowed` (RFC 3676): its lines are paragraphs.
    package var isFlowed = false
    /// The HTML form beside `text`.
    package var html: String?
    /// Images that `html` names by `cid:`.
    package var related: [NewPart] = []
    package var attachments: [NewPart] = []

    /// Random letters and digits, at least 16, for the boundaries.
    private let token: String

    package init(from: [HeaderAddress], date: DateTime, messageID: String, token: String) {
        self.from = from
        self.date = date
        self.messageID = messageID
        self.token = token
    }

    /// The whole message in memory. Throws what a streamed part throws.
    package func octets() throws -> ByteBuffer {
        var buffer = ByteBuffer()
        try write { buffer.writeImmutableBuffer($0) }
        return buffer
    }

    /// Writes the message piece by piece; a streamed part is never whole in memory.
    package func write(to sink: (ByteBuffer) throws -> Void) throws {
        var header = FieldWriter()
        writeFields(&header)
        var boundaries = BoundarySequence(token: token)
        try entity.write(header, boundaries: &boundaries, to: sink)
    }

    /// A message id that is unique in the world where `random` is: `seconds.random@domain`.
    package static func messageID(seconds: Int64, random: String, domain: String) -> String {
        "\(String(max(0, seconds), radix: 36)).\(random)@\(domain)"
    }

    private func writeFields(_ header: inout FieldWriter) {
        header.words("Date", [date.description])
        header.addresses("From", from)
        // RFC 5322 §3.6.2: several authors need a sender.
        if let sender = sender ?? (from.count > 1 ? from.first : nil) { header.addresses("Sender", [sender]) }
        header.addresses("Reply-To", replyTo)
        header.addresses("To", to)
        header.addresses("Cc", cc)
        if keepsBcc {
            header.addresses("Bcc", bcc)
        } else if to.isEmpty, cc.isEmpty {
            header.words("To", ["undisclosed-recipients:;"])
        }
        header.text("Subject", subject)
        header.identifiers("Message-ID", [messageID])
        header.identifiers("In-Reply-To", inReplyTo)
        header.identifiers("References", Self.shortened(references))
        switch priority {
        case .high:
            header.words("X-Priority", ["1 (Highest)"])
            header.words("Importance", ["high"])
        case .low:
            header.words("X-Priority", ["5 (Lowest)"])
            header.words("Importance", ["low"])
        case .normal: break
        }
        header.addresses("Disposition-Notification-To", receiptTo)
        for field in fields where field.name.utf8.allSatisfy(ByteClass.fieldName.contains) {
            header.text(field.name, field.value)
        }
        header.words("MIME-Version", ["1.0"])
    }

    /// Identifiers written into References; of more, the first and the last ones.
    private static let referenceLimit = 30

    private static func shortened(_ references: [String]) -> [String] {
        guard references.count > referenceLimit, let first = references.first else { return references }
        return [first] + references.suffix(referenceLimit - 1)
    }

    private var entity: NewEntity {
        guard !attachments.isEmpty else { return body }
        return .multipart(subtype: "mixed", parameters: [], children: [body] + attachments.map { .part($0) })
    }

    private var body: NewEntity {
        guard let html else { return plain }
        return .multipart(subtype: "alternative", parameters: [], children: [plain, rich(html)])
    }

    private func rich(_ html: String) -> NewEntity {
        let text = NewEntity.text(html, type: ContentType.Written(essence: "text/html"))
        guard !related.isEmpty else { return text }
        let parameters = [(name: "type", value: "text/html")]
        return .multipart(subtype: "related", parameters: parameters, children: [text] + related.map { .part($0) })
    }

    private var plain: NewEntity {
        guard isFlowed else { return .text(text, type: ContentType.Written(essence: "text/plain")) }
        let type = ContentType.Written(essence: "text/plain", parameters: [("format", "flowed")])
        return .text(FlowedText.flow(text), type: type)
    }
}
