package import NIOCore
internal import Wire

/// One field of a header. Offsets are from the beginning of the header's octets.
package struct HeaderField: Sendable, Hashable {
    /// The name without the white space that old mail has before its colon; empty for a line without colon.
    package let name: Range<Int>
    /// From behind the colon to the end of the last line, white space and line ends at both ends left out.
    package let value: Range<Int>
    /// All its lines with their ends.
    package let lines: Range<Int>
    let digest: UInt32
}

/// The fields of a header, RFC 5322 §2.2, as octets. Reading one costs a walk over the names; nothing is decoded before it
/// is asked for.
package struct Header: Sendable {
    package let octets: ByteBuffer
    package private(set) var fields: [HeaderField] = []

    /// - Parameters:
    ///   - octets: field lines, with or without the empty line behind them; reading stops there.
    ///   - limit: fields beyond this number are not found by look-up.
    package init(_ octets: ByteBuffer = ByteBuffer(), limit: Int = ParsingLimits().fields) {
        self.octets = octets.slice()
        var start = 0
        while fields.count < limit, let end = lastLineEnd(from: start) {
            guard let field = field(start..<end) else { return }
            fields.append(field)
            start = end
        }
    }

    /// The value of the first field of that name, as it stands: still folded. Nil where there is none.
    package func value(_ name: FieldName) -> ByteBuffer? {
        fields.first { matches($0, name) }.flatMap { value(of: $0) }
    }

    package func values(_ name: FieldName) -> [ByteBuffer] {
        fields.filter { matches($0, name) }.compactMap { value(of: $0) }
    }

    /// Whether there are lines, but none is a field: text that stands where a header should be.
    var isText: Bool { !fields.isEmpty && fields.allSatisfy { $0.name.isEmpty } }

    package func contains(_ name: FieldName) -> Bool { fields.contains { matches($0, name) } }

    /// The unfolded octets of the first field of that name (RFC 5322 §2.2.3).
    package func unfolded(_ name: FieldName) -> [UInt8]? { value(name).map(Self.unfold) }

    /// The first field of that name for people: unfolded, encoded words and charsets decoded, control characters as spaces.
    package func text(_ name: FieldName) -> String? { unfolded(name).map(EncodedWords.decode) }

    package func name(of field: HeaderField) -> ByteBuffer {
        octets.getSlice(at: field.name.lowerBound, length: field.name.count) ?? ByteBuffer()
    }

    package func value(of field: HeaderField) -> ByteBuffer? {
        octets.getSlice(at: field.value.lowerBound, length: field.value.count)
    }

    /// `octets` without its line ends. A CR without LF stays.
    package static func unfold(_ octets: ByteBuffer) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(octets.readableBytes)
        let span = octets.readableBytesUInt8Span
        for index in span.indices {
            let octet = span[index]
            if octet == .lineFeed { continue }
            if octet == .carriageReturn, index + 1 < span.count, span[index + 1] == .lineFeed { continue }
            result.append(octet)
        }
        return result
    }

    // MARK: Reading

    private func matches(_ field: HeaderField, _ name: FieldName) -> Bool {
        guard field.digest == name.digest else { return false }
        return name.matches(octets.readableBytesUInt8Span.extracting(field.name))
    }

    /// The end of the field that begins at `start`, its continuation lines included; nil at the end of the header.
    private func lastLineEnd(from start: Int) -> Int? {
        let span = octets.readableBytesUInt8Span
        guard start < span.count else { return nil }
        var end = start
        repeat {
            guard let lineFeed = octets.firstOffset(of: .lineFeed, from: end) else { return span.count }
            end = lineFeed + 1
        } while end < span.count && span[end].isWhiteSpace
        return end
    }

    /// Nil for the empty line.
    private func field(_ lines: Range<Int>) -> HeaderField? {
        let span = octets.readableBytesUInt8Span
        var end = lines.upperBound
        while end > lines.lowerBound, Self.isBlank(span[end - 1]) { end -= 1 }
        if end == lines.lowerBound, !span[end].isWhiteSpace { return nil }
        var colon = lines.lowerBound
        while colon < end, span[colon] != UInt8(ascii: ":"), span[colon] != .lineFeed { colon += 1 }
        guard colon < end, span[colon] != .lineFeed else { return unnamed(lines, end: end) }
        var nameEnd = colon
        while nameEnd > lines.lowerBound, span[nameEnd - 1].isWhiteSpace { nameEnd -= 1 }
        // `From ana@example.com Mon Nov 23 10:00` of an mbox is no field.
        for index in lines.lowerBound..<nameEnd where span[index].isWhiteSpace { return unnamed(lines, end: end) }
        var start = colon + 1
        while start < end, Self.isBlank(span[start]) { start += 1 }
        let name = lines.lowerBound..<nameEnd
        let digest = FieldName.digest(span.extracting(name))
        return HeaderField(name: name, value: start..<max(start, end), lines: lines, digest: digest)
    }

    private func unnamed(_ lines: Range<Int>, end: Int) -> HeaderField {
        HeaderField(name: lines.lowerBound..<lines.lowerBound, value: lines.lowerBound..<end, lines: lines, digest: 0)
    }

    private static func isBlank(_ octet: UInt8) -> Bool {
        octet.isWhiteSpace || octet == .carriageReturn || octet == .lineFeed
    }
}
