internal import MIME
internal import NIOCore
internal import Store

/// A message whose sections are written while the store reads its row: what is needed of it is read at once, and its structure
/// found only where a part is asked for. Fields that the index keeps need no file.
struct SmallMessage {
    private var whole: ParsedMessage?

    /// The section as a string, or NIL where the message has none such.
    mutating func write(
        _ planned: PlannedSection, of row: borrowing MetadataRow, into buffer: inout ByteBuffer
    ) throws(StoreError) {
        if let fields = planned.fields {
            if planned.isKept, let kept = row.keptFields() {
                return buffer.write(fields: fields.lines(in: kept), planned.partial)
            }
            guard let header = try header(of: planned.section.part, row) else { return buffer.write("NIL") }
            return buffer.write(fields: fields.lines(in: header), planned.partial)
        }
        guard let range = try range(of: planned.section, row)?.part(planned.partial) else { return buffer.write("NIL") }
        buffer.writeLiteralHeader(size: range.count)
        guard let whole else { return try row.appendContent(range, to: &buffer) }
        buffer.writeImmutableBuffer(whole.slice(range))
    }

    private mutating func range(of section: Section, _ row: borrowing MetadataRow) throws(StoreError) -> Range<Int>? {
        guard section.part.isEmpty else { return try parsed(row).structure.range(of: section.inMIME) }
        return section.range(size: row.size, headerSize: row.headerSize)
    }

    private mutating func header(of part: [Int], _ row: borrowing MetadataRow) throws(StoreError) -> ByteBuffer? {
        guard part.isEmpty else { return try parsed(row).section(Section(part: part, text: .header).inMIME) }
        var header = ByteBuffer()
        try row.appendContent(0..<min(row.headerSize, row.size), to: &header)
        return header
    }

    private mutating func parsed(_ row: borrowing MetadataRow) throws(StoreError) -> ParsedMessage {
        if let whole { return whole }
        var octets = ByteBuffer()
        try row.appendContent(0..<row.size, to: &octets)
        let message = ParsedMessage(octets)
        whole = message
        return message
    }
}

extension Section {
    /// Where the octets are of a section that is no part's; nil where there is none such.
    func range(size: Int, headerSize: Int) -> Range<Int>? {
        switch text {
        case nil: 0..<size
        case .header, .headerFields: 0..<min(headerSize, size)
        case .text: min(headerSize, size)..<size
        case .mime: nil
        }
    }

    /// What the reader of messages calls it.
    var inMIME: MIME.Section {
        let text: MIME.Section.Text =
            switch text {
            case nil: .whole
            case .header, .headerFields: .header
            case .text: .text
            case .mime: .mime
            }
        return MIME.Section(part, text)
    }
}

extension Range<Int> {
    /// What of it `partial` means (RFC 9051 §6.4.5).
    func part(_ partial: Partial?) -> Range<Int> {
        guard let partial else { return self }
        let start = Swift.min(upperBound, lowerBound + partial.offset)
        return start..<Swift.min(upperBound, start + partial.length)
    }
}
