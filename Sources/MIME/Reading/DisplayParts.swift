internal import Wire

/// What of a message is its text, and what is attached to it.
package struct DisplayParts: Sendable, Hashable {
    /// One piece of the text; a message has several where parts of text stand between attachments.
    package struct Text: Sendable, Hashable {
        /// Index of its `text/plain` (or other text) form.
        package var plain: Int?
        /// Index of its `text/html` form.
        package var html: Int?
    }

    package internal(set) var texts: [Text] = []
    package internal(set) var attachments: [Attachment] = []
    /// Content id to part index: what a `cid:` URL in the HTML means (RFC 2392).
    package internal(set) var related: [String: Int] = [:]

    package var hasAttachments: Bool { attachments.contains { !$0.isInline } }
}

/// A part that is shown beside the text.
package struct Attachment: Sendable, Hashable, Codable {
    /// Index in the structure.
    package let index: Int
    /// `1.2`, RFC 9051 §6.4.5.1.
    package let number: String
    /// Decoded; made from the type where the sender gives none.
    package let name: String
    /// `image/png`.
    package let type: String
    /// Octets once decoded, as `Part.decodedSize`.
    package let size: Int
    package let contentID: String?
    /// Belongs to the text (an image within it, a signature): no paper clip for it.
    package let isInline: Bool

    package init(index: Int, number: String, name: String, type: String, size: Int, contentID: String?, isInline: Bool) {
        (self.index, self.number, self.name, self.type) = (index, number, name, type)
        (self.size, self.contentID, self.isInline) = (size, contentID, isInline)
    }
}

extension MessageStructure {
    /// Chooses by RFC 2046 §5.1 and RFC 2387: of alternatives the plain and the HTML form, of related parts the root.
    package var displayParts: DisplayParts {
        var chooser = DisplayPartsChooser(structure: self)
        chooser.walk(0, isRelated: false)
        return chooser.result
    }
}

/// Recursion is as deep as the structure, which `ParsingLimits.depth` bounds.
private struct DisplayPartsChooser {
    let structure: MessageStructure
    var result = DisplayParts()

    init(structure: MessageStructure) { self.structure = structure }

    mutating func walk(_ index: Int, isRelated: Bool) {
        let part = structure.parts[index]
        guard part.kind == .multipart else { return single(index, part, isRelated: isRelated) }
        switch part.contentType.subtype {
        case "alternative": alternative(part)
        case "related": related(part)
        case "signed":
            for (place, child) in part.children.enumerated() {
                if place == 0 { walk(child, isRelated: isRelated) } else { attach(child, isInline: true) }
            }
        default: for child in part.children { walk(child, isRelated: isRelated) }
        }
    }

    /// The forms are one text; what is no form of the text (a calendar entry) is attached.
    private mutating func alternative(_ part: Part) {
        let before = result.texts
        result.texts = []
        for child in part.children { walk(child, isRelated: false) }
        let forms = result.texts
        result.texts = before
        var text = DisplayParts.Text()
        text.plain = forms.compactMap(\.plain).first
        text.html = forms.last { $0.html != nil }?.html
        guard text.plain != nil || text.html != nil else { return }
        result.texts.append(text)
    }

    private mutating func related(_ part: Part) {
        let start = part.contentType.field.parameter("start").map { $0.filter { $0 != "<" && $0 != ">" } }
        let root = part.children.first { start != nil && structure.parts[$0].contentID == start } ?? part.children.first
        for child in part.children { walk(child, isRelated: child != root) }
    }

    private mutating func single(_ index: Int, _ part: Part, isRelated: Bool) {
        if let id = part.contentID, result.related[id] == nil { result.related[id] = index }
        let isText = part.contentType.isText && !part.isOpaque && !part.isAttachmentDisposition && !isRelated
        switch part.contentType.subtype {
        case "html" where isText && (part.fileName == nil || part.isInlineDisposition):
            result.texts.append(DisplayParts.Text(plain: nil, html: index))
        case "plain", "enriched", "richtext":
            guard isText, part.fileName == nil || part.isInlineDisposition else { fallthrough }
            guard part.body.count > 0 || part.parent == nil else { return }
            result.texts.append(DisplayParts.Text(plain: index, html: nil))
        default:
            attach(index, isInline: isRelated && part.contentID != nil && !part.isAttachmentDisposition)
        }
    }

    private mutating func attach(_ index: Int, isInline: Bool) {
        let part = structure.parts[index]
        let attachment = Attachment(
            index: index, number: structure.number(of: index), name: name(of: index), type: part.contentType.essence,
            size: part.decodedSize, contentID: part.contentID, isInline: isInline)
        result.attachments.append(attachment)
    }

    /// The given name; the subject of an attached message; else one made of the type.
    private func name(of index: Int) -> String {
        let part = structure.parts[index]
        if let name = part.fileName { return name }
        if part.kind == .message, let child = part.children.first,
            let subject = structure.parts[child].messageHeader?.text(.subject), !subject.isEmpty
        {
            let safe = subject.map { $0 == "/" || $0 == "\\" ? "_" : $0 }
            return String(safe.prefix(120)) + ".eml"
        }
        switch part.contentType.essence {
        case "message/rfc822", "message/global": return "message.eml"
        case "application/octet-stream" where part.isOpaque: return "content.bin"
        case "message/delivery-status": return "delivery-status.txt"
        case "text/calendar": return "invitation.ics"
        case "text/vcard", "text/x-vcard": return "contact.vcf"
        case "text/html": return "text.html"
        case "application/pgp-signature": return "signature.asc"
        case "application/pdf": return "document.pdf"
        default: break
        }
        switch part.contentType.type {
        case "text": return "text.txt"
        case "image", "audio", "video": return "\(part.contentType.type).\(part.contentType.subtype.prefix(20))"
        default: return "attachment.bin"
        }
    }
}
