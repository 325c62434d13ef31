internal import MIME
internal import NIOCore
internal import Store

/// A section as FETCH answers it for each message: what is the same for all of them, worked out once.
struct PlannedSection: Sendable {
    let section: Section
    let partial: Partial?
    /// As the answer names it, with the space behind it.
    let name: ByteBuffer
    /// Of HEADER.FIELDS and HEADER.FIELDS.NOT.
    let fields: FieldSelection?
    /// Whether the index keeps all of these fields.
    let isKept: Bool
    /// Whether nothing but the message's own header is read.
    let isOfHeader: Bool

    init(_ section: Section, _ partial: Partial?) {
        var name = ByteBuffer()
        name.write(nameOf: section, partial)
        self.init(section, partial, name: name)
    }

    init(_ legacy: LegacySection) {
        var name = ByteBuffer()
        name.write(legacy.name)
        self.init(legacy.section, nil, name: name)
    }

    private init(_ section: Section, _ partial: Partial?, name: ByteBuffer) {
        (self.section, self.partial, self.name) = (section, partial, name)
        guard case .headerFields(let listed, let excluded)? = section.text else {
            (fields, isKept) = (nil, false)
            isOfHeader = section.part.isEmpty && section.text == .header
            return
        }
        let names = listed.map { FieldName($0) }
        fields = FieldSelection(names, excluded: excluded)
        isKept = section.part.isEmpty && !excluded && KeptFields.hold(names)
        isOfHeader = section.part.isEmpty
    }
}

extension ByteBuffer {
    /// The chosen fields and an empty line as a literal, or what `partial` means of it.
    mutating func write(fields lines: ByteBuffer, _ partial: Partial?) {
        let end = "\r\n" as StaticString
        guard let partial else {
            writeLiteralHeader(size: lines.readableBytes + end.utf8CodeUnitCount)
            writeImmutableBuffer(lines)
            writeStaticString(end)
            return
        }
        var whole = lines
        whole.writeStaticString(end)
        let range = (0..<whole.readableBytes).part(partial)
        guard let slice = whole.getSlice(at: whole.readerIndex + range.lowerBound, length: range.count) else { return }
        write(literal: slice)
    }
}
