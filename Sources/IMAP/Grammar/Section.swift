package import NIOCore
internal import Wire

/// `section`, RFC 9051 §9: which octets of a message `BODY[...]` means.
package struct Section: Hashable, Sendable {
    /// What of the part; nil is all of it.
    package enum Text: Hashable, Sendable {
        case header
        /// The fields of these names, in any case; all others where `excluded`.
        case headerFields([ByteBuffer], excluded: Bool)
        case text
        /// The part's own MIME header.
        case mime
    }

    /// Part numbers from the outermost, counted from 1; empty is the message itself.
    package var part: [Int]
    package var text: Text?

    package init(part: [Int] = [], text: Text? = nil) {
        self.part = part
        self.text = text
    }
}

extension CommandReader {
    /// `section`, RFC 9051 §9, at most `limits.partNumbers` part numbers.
    package mutating func section() throws(SyntaxError) -> Section {
        try take(UInt8(ascii: "["), or: .section)
        var section = Section(part: try partNumbers())
        if section.part.isEmpty || take(UInt8(ascii: ".")) {
            section.text = try sectionText(isPart: !section.part.isEmpty)
        }
        try take(UInt8(ascii: "]"), or: .section)
        return section
    }

    /// `section-part`; the point before a text behind it stays.
    mutating func partNumbers() throws(SyntaxError) -> [Int] {
        var numbers: [Int] = []
        var ahead = self
        while numbers.isEmpty || ahead.take(UInt8(ascii: ".")), let octet = ahead.next, octet.decimalValue != nil {
            guard numbers.count < limits.partNumbers else { throw failure(.fewerParts) }
            numbers.append(Int(try ahead.nonzeroNumber()))
            self = ahead
        }
        return numbers
    }

    /// `section-msgtext`, and `"MIME"` of a part. Nil where the section ends at once.
    private mutating func sectionText(isPart: Bool) throws(SyntaxError) -> Section.Text? {
        let start = self
        switch Keyword(run(of: .letter)) {
        case nil:
            guard !isPart else { throw start.failure(.section) }
            return nil
        case "TEXT": return .text
        case "MIME" where isPart: return .mime
        case "HEADER":
            guard take(UInt8(ascii: ".")) else { return .header }
            guard Keyword(run(of: .letter)) == "FIELDS" else { throw start.failure(.section) }
            var excluded = false
            if take(UInt8(ascii: ".")) {
                guard Keyword(run(of: .letter)) == "NOT" else { throw start.failure(.section) }
                excluded = true
            }
            try space()
            return .headerFields(try list { reader throws(SyntaxError) in try reader.astring() }, excluded: excluded)
        default: throw start.failure(.section)
        }
    }
}

extension ByteBuffer {
    /// `section` as FETCH names it in its answer.
    mutating func write(_ section: Section) {
        writeInteger(UInt8(ascii: "["))
        for (index, number) in section.part.enumerated() {
            if index > 0 { writeInteger(UInt8(ascii: ".")) }
            write(number: UInt64(number))
        }
        if section.text != nil, !section.part.isEmpty { writeInteger(UInt8(ascii: ".")) }
        switch section.text {
        case nil: break
        case .header: writeStaticString("HEADER")
        case .text: writeStaticString("TEXT")
        case .mime: writeStaticString("MIME")
        case .headerFields(let names, let excluded):
            writeStaticString(excluded ? "HEADER.FIELDS.NOT (" : "HEADER.FIELDS (")
            for (index, name) in names.enumerated() {
                if index > 0 { writeInteger(UInt8.space) }
                writeFieldName(name)
            }
            writeStaticString(")")
        }
        writeInteger(UInt8(ascii: "]"))
    }

    private mutating func writeFieldName(_ name: ByteBuffer) {
        let isPlain = name.readableBytes > 0 && name.readableBytesView.allSatisfy { ByteClass.atom.contains($0) }
        if isPlain { writeImmutableBuffer(name) } else { write(string: name) }
    }
}
