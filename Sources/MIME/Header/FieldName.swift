package import NIOCore
internal import Wire

/// The name of a header field; two that differ only in case are equal (RFC 5322 §1.2.2).
package struct FieldName: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// In lower case.
    let octets: [UInt8]
    let digest: UInt32

    package init(_ octets: some Sequence<UInt8>) {
        let name = octets.map(\.lowercasedASCII)
        digest = Self.digest(name.span)
        self.octets = name
    }

    package init(_ text: String) { self.init(text.utf8) }

    package init(_ buffer: ByteBuffer) { self.init(buffer.readableBytesView) }

    package init(stringLiteral text: StaticString) { self.init(text.description.utf8) }

    package var description: String { String(decoding: octets, as: UTF8.self) }

    package static func == (left: FieldName, right: FieldName) -> Bool {
        left.digest == right.digest && left.octets == right.octets
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(digest) }

    /// FNV-1a over the lower-case octets.
    static func digest(_ name: Span<UInt8>) -> UInt32 {
        var digest: UInt32 = 0x811c_9dc5
        for index in name.indices { digest = (digest ^ UInt32(name[index].lowercasedASCII)) &* 0x0100_0193 }
        return digest
    }

    func matches(_ name: Span<UInt8>) -> Bool {
        guard name.count == octets.count else { return false }
        for index in octets.indices where octets[index] != name[index].lowercasedASCII { return false }
        return true
    }
}

extension FieldName {
    package static let date: FieldName = "date"
    package static let from: FieldName = "from"
    package static let sender: FieldName = "sender"
    package static let replyTo: FieldName = "reply-to"
    package static let to: FieldName = "to"
    package static let cc: FieldName = "cc"
    package static let bcc: FieldName = "bcc"
    package static let subject: FieldName = "subject"
    package static let messageID: FieldName = "message-id"
    package static let inReplyTo: FieldName = "in-reply-to"
    package static let references: FieldName = "references"
    package static let contentType: FieldName = "content-type"
    package static let contentTransferEncoding: FieldName = "content-transfer-encoding"
    package static let contentDisposition: FieldName = "content-disposition"
    package static let contentID: FieldName = "content-id"
    package static let contentDescription: FieldName = "content-description"
    package static let contentMD5: FieldName = "content-md5"
    package static let contentLanguage: FieldName = "content-language"
    package static let contentLocation: FieldName = "content-location"
    package static let listID: FieldName = "list-id"
    package static let xPriority: FieldName = "x-priority"
    /// Those that say in words what `xPriority` says in a digit.
    static let importances: [FieldName] = ["importance", "priority", "x-msmail-priority"]
    package static let dispositionNotificationTo: FieldName = "disposition-notification-to"
}
