internal import NIOCore
internal import Wire

/// `HEADER.FIELDS` and `HEADER.FIELDS.NOT`, RFC 9051 §6.4.5.1: fields of a header as they stand in it.
struct HeaderSelection {
    /// In lower case.
    private let names: Set<[UInt8]>
    private let excluded: Bool

    init(_ names: [ByteBuffer], excluded: Bool) {
        self.names = Set(names.map { $0.readableBytesView.map(\.lowercasedASCII) })
        self.excluded = excluded
    }

    /// The chosen fields with their folds, in the order of the header, and the empty line that ends a header.
    func apply(to header: ByteBuffer) -> ByteBuffer {
        let octets = header.readableBytesUInt8Span
        var result = ByteBuffer()
        var start = 0
        var isWanted = false
        while start < octets.count {
            let end = header.firstOffset(of: .lineFeed, from: start).map { $0 + 1 } ?? octets.count
            let first = octets[start]
            if first == .lineFeed || first == .carriageReturn && start + 1 < octets.count && octets[start + 1] == .lineFeed {
                break
            }
            if !first.isWhiteSpace || start == 0 { isWanted = wants(octets.extracting(start..<end)) }
            if isWanted, let line = header.getSlice(at: header.readerIndex + start, length: end - start) {
                result.writeImmutableBuffer(line)
            }
            start = end
        }
        result.write("\r\n")
        return result
    }

    private func wants(_ line: Span<UInt8>) -> Bool {
        var name: [UInt8] = []
        var index = 0
        while index < line.count, line[index] != UInt8(ascii: ":") {
            name.append(line[index].lowercasedASCII)
            index += 1
        }
        // A line without a colon is no field: it goes with the others.
        guard index < line.count else { return excluded }
        while let last = name.last, last.isWhiteSpace { name.removeLast() }
        return names.contains(name) != excluded
    }
}
