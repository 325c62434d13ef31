package import NIOCore
internal import Wire

/// What lists, searches and IMAP need to know of a message, worked out once when it is filed.
package struct MessageSummary: Sendable, Hashable {
    /// F104's mark, from X-Priority, Importance and Priority.
    package enum Priority: Int, Sendable, Codable, Hashable {
        case low = -1
        case normal = 0
        case high = 1
    }

    /// Octets of UTF-8 of a subject that are kept for lists.
    package static let subjectLimit = 4_000

    /// Octets of the message, and of its header with the empty line.
    package let size: Int
    package let headerSize: Int

    /// The Date field; nil where it is missing or cannot be read.
    package let date: DateTime?
    package let from: [HeaderAddress]
    package let sender: [HeaderAddress]
    package let replyTo: [HeaderAddress]
    package let to: [HeaderAddress]
    package let cc: [HeaderAddress]
    package let bcc: [HeaderAddress]
    /// Decoded; empty where there is none. At most `subjectLimit` octets; the whole one is in the message's header.
    package let subject: String
    /// RFC 5256 §2.1.
    package let baseSubject: String
    package let isReplyOrForward: Bool

    /// Without angle brackets.
    package let messageID: String?
    package let inReplyTo: [String]
    /// The oldest first.
    package let references: [String]

    package let attachments: [Attachment]
    package let hasAttachments: Bool
    /// At most `Preview.length` characters on one line.
    package let preview: String
    package let priority: Priority
    /// Where a receipt is asked for: Disposition-Notification-To (RFC 8098 §2.1).
    package let receiptTo: [HeaderAddress]
    /// The identifier of List-Id without angle brackets (RFC 2919).
    package let listID: String?

    /// `envelope` of RFC 3501 §9, ready to send.
    package let envelope: ByteBuffer
    /// `body` of RFC 3501 §9 with extension data: what BODYSTRUCTURE answers, ready to send.
    package let bodyStructure: ByteBuffer
    /// The same without extension data: what BODY answers.
    package let body: ByteBuffer
}

extension MessageSummary {
    /// - Parameter message: the whole message, or its structure with a prefix of it: the preview is made of what is at hand.
    package init(_ message: ParsedMessage) {
        let header = message.header
        let display = message.structure.displayParts
        let subject = Self.shortened(header.text(.subject) ?? "")
        let base = BaseSubject.read(subject)
        self.init(
            size: message.structure.size,
            headerSize: message.structure.root.header.count,
            date: header.value(.date).flatMap { DateTime($0) },
            from: header.addresses(.from),
            sender: header.addresses(.sender),
            replyTo: header.addresses(.replyTo),
            to: header.addresses(.to),
            cc: header.addresses(.cc),
            bcc: header.addresses(.bcc),
            subject: subject,
            baseSubject: base.text,
            isReplyOrForward: base.isReplyOrForward,
            messageID: header.value(.messageID).flatMap { MessageIdentifiers.read($0).first },
            inReplyTo: header.value(.inReplyTo).map(MessageIdentifiers.read) ?? [],
            references: header.value(.references).map(MessageIdentifiers.read) ?? [],
            attachments: display.attachments,
            hasAttachments: display.hasAttachments,
            preview: message.preview(display),
            priority: header.priority,
            receiptTo: header.addresses(.dispositionNotificationTo),
            listID: header.listIdentifier,
            envelope: header.envelope,
            bodyStructure: message.structure.bodyStructure(extended: true),
            body: message.structure.bodyStructure(extended: false))
    }

    private static func shortened(_ subject: String) -> String {
        guard subject.utf8.count > subjectLimit else { return subject }
        var end = subject.utf8.index(subject.startIndex, offsetBy: subjectLimit)
        while end > subject.startIndex, String.Index(end, within: subject) == nil { end = subject.utf8.index(before: end) }
        return String(subject[..<end])
    }

    package init(_ octets: ByteBuffer, limits: ParsingLimits = ParsingLimits()) {
        self.init(ParsedMessage(octets, limits: limits))
    }
}

extension Header {
    /// All the mailboxes of the fields of that name.
    package func addresses(_ name: FieldName) -> [HeaderAddress] { addressList(name)?.addresses ?? [] }

    /// X-Priority 1 and 2, Importance high, Priority urgent, and their opposites.
    package var priority: MessageSummary.Priority {
        if let value = unfolded(.xPriority), let digit = value.first(where: { $0.decimalValue != nil }) {
            if digit < UInt8(ascii: "3") { return .high }
            if digit > UInt8(ascii: "3") { return .low }
        }
        for name in FieldName.importances {
            switch unfolded(name)?.lowercasedASCII.trimmingSpaces {
            case "high", "urgent": return .high
            case "low", "non-urgent": return .low
            default: continue
            }
        }
        return .normal
    }

    /// RFC 2919 §3.
    package var listIdentifier: String? {
        guard let value = unfolded(.listID), !value.isEmpty else { return nil }
        guard let open = value.lastIndex(of: UInt8(ascii: "<")) else { return EncodedWords.decode(value) }
        let inner = value[(open + 1)...].prefix { $0 != UInt8(ascii: ">") }
        return Charset.decode(Array(inner), as: nil)
    }
}

extension ParsedMessage {
    /// The first words of the text.
    package func preview(_ display: DisplayParts) -> String {
        for text in display.texts {
            if let plain = text.plain {
                let preview = Preview.plain(self.text(of: plain, limit: Preview.bodyLimit))
                if !preview.isEmpty { return preview }
            }
            if let html = text.html {
                let preview = Preview.html(self.text(of: html, limit: Preview.bodyLimit))
                if !preview.isEmpty { return preview }
            }
        }
        return ""
    }

    /// The words that a full-text search finds the message by: its text parts, those of nested messages too, and the names
    /// of its attachments. Of a text with a plain and an HTML form the plain one alone.
    ///
    /// - Parameter limit: octets of the result (it may be a little longer).
    package func indexText(limit: Int) -> String {
        let display = structure.displayParts
        let alternatives = Set(display.texts.compactMap { $0.plain == nil ? nil : $0.html })
        let names = display.attachments.filter { !$0.isInline }.map(\.name).joined(separator: "\n")
        var result = names
        for (index, part) in structure.parts.enumerated() where part.kind == .leaf && part.contentType.isText && !part.isOpaque {
            guard result.utf8.count < limit else { break }
            guard !alternatives.contains(index) else { continue }
            let room = limit - result.utf8.count
            let text = text(of: index, limit: room.multipliedReportingOverflow(by: 4).overflow ? .max : room * 4)
            if !result.isEmpty { result += "\n" }
            result +=
                part.contentType.subtype == "html"
                ? HTMLText.extract(text, limit: room) : String(decoding: text.utf8.prefix(room), as: UTF8.self)
        }
        return result
    }
}
