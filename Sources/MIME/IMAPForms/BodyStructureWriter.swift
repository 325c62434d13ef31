package import NIOCore
internal import Wire

extension MessageStructure {
    /// `body`, RFC 3501 §7.4.2 and §9.
    ///
    /// - Parameter extended: with extension data (`BODYSTRUCTURE`), or without (`BODY`).
    package func bodyStructure(extended: Bool) -> ByteBuffer {
        var writer = BodyStructureWriter(structure: self, isExtended: extended)
        writer.write(0)
        return writer.buffer
    }
}

/// Recursion is as deep as the structure, which `ParsingLimits.depth` bounds.
private struct BodyStructureWriter {
    let structure: MessageStructure
    let isExtended: Bool
    var buffer = ByteBuffer()

    init(structure: MessageStructure, isExtended: Bool) {
        (self.structure, self.isExtended) = (structure, isExtended)
        buffer.reserveCapacity(256 * min(structure.parts.count, 100))
    }

    mutating func write(_ index: Int) {
        let part = structure.parts[index]
        buffer.writeStaticString("(")
        if part.kind == .multipart { writeMultipart(part) } else { writeSingle(part) }
        buffer.writeStaticString(")")
    }

    /// `body-type-mpart`.
    private mutating func writeMultipart(_ part: Part) {
        for child in part.children { write(child) }
        space()
        buffer.writeIMAPString(part.contentType.subtype.utf8)
        guard isExtended else { return }
        space()
        writeParameters(part.contentType.field.parameters)
        writeDispositionAndBeyond(part)
    }

    /// `body-type-1part`.
    private mutating func writeSingle(_ part: Part) {
        buffer.writeIMAPString(part.contentType.type.utf8)
        space()
        buffer.writeIMAPString(part.contentType.subtype.utf8)
        space()
        writeTypeParameters(part)
        space()
        buffer.writeIMAPString(part.content.id)
        space()
        buffer.writeIMAPString(part.content.description)
        space()
        if let encoding = part.content.encoding {
            buffer.writeIMAPString(encoding.readableBytesView)
        } else {
            buffer.writeStaticString("\"7bit\"")
        }
        buffer.writeString(" \(part.body.count)")
        if part.kind == .message { writeMessage(part) }
        if part.contentType.isText || part.kind == .message { buffer.writeString(" \(part.bodyLines)") }
        guard isExtended else { return }
        space()
        buffer.writeIMAPString(part.content.md5)
        writeDispositionAndBeyond(part)
    }

    /// The envelope and the structure of a nested message.
    private mutating func writeMessage(_ part: Part) {
        guard let child = part.children.first else { return }
        space()
        (structure.parts[child].messageHeader ?? Header()).writeEnvelope(into: &buffer)
        space()
        write(child)
    }

    /// A text that says no charset is US-ASCII (RFC 2045 §5.2).
    private mutating func writeTypeParameters(_ part: Part) {
        let parameters = part.contentType.field.parameters
        if parameters.isEmpty, part.contentType == .plainText {
            buffer.writeStaticString("(\"charset\" \"us-ascii\")")
        } else {
            writeParameters(parameters)
        }
    }

    private mutating func writeParameters(_ parameters: [ParameterizedValue.Parameter]) {
        guard !parameters.isEmpty else {
            buffer.writeStaticString("NIL")
            return
        }
        var separator: StaticString = "("
        for parameter in parameters {
            buffer.writeStaticString(separator)
            buffer.writeIMAPString(parameter.name)
            space()
            buffer.writeIMAPString(parameter.value)
            separator = " "
        }
        buffer.writeStaticString(")")
    }

    /// `body-fld-dsp`, `body-fld-lang`, `body-fld-loc`.
    private mutating func writeDispositionAndBeyond(_ part: Part) {
        space()
        if let disposition = part.content.disposition, !disposition.value.isEmpty {
            buffer.writeStaticString("(")
            buffer.writeIMAPString(disposition.value)
            space()
            writeParameters(disposition.parameters)
            buffer.writeStaticString(")")
        } else {
            buffer.writeStaticString("NIL")
        }
        space()
        writeLanguages(part.content.languages)
        space()
        buffer.writeIMAPString(part.content.location)
    }

    private mutating func writeLanguages(_ languages: [ByteBuffer]) {
        guard languages.count != 1 else { return buffer.writeIMAPString(languages[0]) }
        guard !languages.isEmpty else {
            buffer.writeStaticString("NIL")
            return
        }
        var separator: StaticString = "("
        for language in languages {
            buffer.writeStaticString(separator)
            buffer.writeIMAPString(language)
            separator = " "
        }
        buffer.writeStaticString(")")
    }

    private mutating func space() { buffer.writeStaticString(" ") }
}
