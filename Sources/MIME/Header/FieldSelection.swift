package import NIOCore
internal import Wire

/// `HEADER.FIELDS` and `HEADER.FIELDS.NOT`, RFC 9051 §6.4.5.1: fields of a header as they stand in it. Reads the octets once and
/// keeps nothing of them.
///
/// What is chosen of the fields that an earlier selection chose is what it would have been of the whole header.
package struct FieldSelection: Sendable {
    private let names: [FieldName]
    /// Of the names, in their order: most lines are told apart by a number.
    private let digests: [UInt32]
    private let excluded: Bool

    /// - Parameter excluded: whether all fields but these are chosen.
    package init(_ names: [FieldName], excluded: Bool = false) {
        (self.names, self.excluded) = (names, excluded)
        digests = names.map(\.digest)
    }

    /// The lines of the chosen fields with their folds, in the order of the header; without the empty line that ends a header.
    package func lines(in header: ByteBuffer) -> ByteBuffer {
        let octets = header.readableBytesUInt8Span
        var result = ByteBuffer()
        result.reserveCapacity(min(octets.count, 1_024))
        // Neighbours are copied together.
        var wanted: Range<Int>?
        var start = 0
        while start < octets.count {
            let end = header.firstOffset(of: .lineFeed, from: start).map { $0 + 1 } ?? octets.count
            let first = octets[start]
            if first == .lineFeed || first == .carriageReturn && start + 1 < octets.count && octets[start + 1] == .lineFeed {
                break
            }
            let isContinued = first.isWhiteSpace && start > 0
            if isContinued ? wanted != nil : wants(octets.extracting(start..<end)) {
                wanted = (wanted?.lowerBound ?? start)..<end
            } else if let lines = wanted {
                Self.copy(lines, of: header, to: &result)
                wanted = nil
            }
            start = end
        }
        if let wanted { Self.copy(wanted, of: header, to: &result) }
        return result
    }

    private static func copy(_ lines: Range<Int>, of header: ByteBuffer, to result: inout ByteBuffer) {
        guard let slice = header.getSlice(at: header.readerIndex + lines.lowerBound, length: lines.count) else { return }
        result.writeImmutableBuffer(slice)
    }

    private func wants(_ line: Span<UInt8>) -> Bool {
        var end = 0
        while end < line.count, line[end] != UInt8(ascii: ":") { end += 1 }
        // A line without a colon is no field: it goes with the others.
        guard end < line.count else { return excluded }
        while end > 0, line[end - 1].isWhiteSpace { end -= 1 }
        return holds(line.extracting(0..<end)) != excluded
    }

    private func holds(_ name: Span<UInt8>) -> Bool {
        let digest = FieldName.digest(name)
        for index in digests.indices where digests[index] == digest && names[index].matches(name) { return true }
        return false
    }
}
