internal import NIOCore
internal import Wire

extension Part {
    /// Takes over what the header says of the content; what it does not say, or not readably, keeps its default.
    mutating func readContentFields(of header: Header) {
        if let value = header.value(.contentType) {
            contentType = ContentType(value) ?? .plainText
        }
        if let value = header.value(.contentTransferEncoding), value.readableBytes > 0 {
            content.encoding = ByteBuffer(bytes: Header.unfold(value))
            transferEncoding = TransferEncoding(value)
        }
        content.id = header.value(.contentID).map { ByteBuffer(bytes: Header.unfold($0)) }
        content.description = header.value(.contentDescription).map { ByteBuffer(bytes: Header.unfold($0)) }
        content.md5 = header.value(.contentMD5).map { ByteBuffer(bytes: Header.unfold($0)) }
        content.location = header.value(.contentLocation).map { ByteBuffer(bytes: Header.unfold($0)) }
        content.disposition = header.value(.contentDisposition).map { ParameterizedValue($0) }
        if let value = header.value(.contentLanguage) { content.languages = Self.languages(value) }
    }

    private static func languages(_ value: ByteBuffer) -> [ByteBuffer] {
        var reader = FieldReader(Header.unfold(value))
        let stops = ByteClass(", (\t")
        var tags: [ByteBuffer] = []
        while !reader.isAtEnd, tags.count < 50 {
            reader.skipComments()
            let tag = reader.run(until: stops)
            if !tag.isEmpty { tags.append(ByteBuffer(bytes: tag)) }
            reader.skipComments()
            guard reader.skip(UInt8(ascii: ",")) || !tag.isEmpty else { break }
        }
        return tags
    }

    /// The content id without its angle brackets, as a `cid:` URL names it (RFC 2392 §2).
    package var contentID: String? {
        guard let id = content.id else { return nil }
        let text = String(buffer: id)
        let trimmed = text.drop { $0 == "<" || $0 == " " }.prefix { $0 != ">" }
        return trimmed.isEmpty ? nil : String(trimmed)
    }

    /// The name to save it under: the disposition's file name, else the type's name. Path separators and control
    /// characters are replaced, so it names a file and no folder. Nil where neither is given.
    package var fileName: String? {
        let given = content.disposition?.parameter("filename") ?? contentType.name
        guard let given else { return nil }
        let safe = given.unicodeScalars.map { scalar -> Character in
            scalar == "/" || scalar == "\\" || scalar.value < 0x20 || scalar.value == 0x7f ? "_" : Character(scalar)
        }
        let name = String(safe.prefix(255))
        return name.isEmpty || name == "." || name == ".." ? nil : name
    }

    package var isAttachmentDisposition: Bool { content.disposition?.value.lowercasedASCII == "attachment" }
    package var isInlineDisposition: Bool { content.disposition?.value.lowercasedASCII == "inline" }
}
