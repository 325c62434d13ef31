package import NIOCore
internal import Wire

/// Finds the structure of a message while its octets go by in chunks of any size.
///
/// One pass. Memory is bounded by `ParsingLimits`, not by the message; the result does not depend on how the octets are cut.
/// Any octets are a message: where something is malformed the reading nearest to what was meant is taken, and every octet
/// stays in some part's range or between parts.
package struct StructureScanner: Sendable {
    /// An entity whose end has not been seen.
    private struct Open {
        let part: Int
        /// Nil for anything but a multipart whose closing delimiter has not been seen.
        var boundary: [UInt8]?
        var linesBefore = 0
    }

    private let limits: ParsingLimits
    private var parts: [Part] = []
    private var open: [Open] = []
    private var isTruncated = false

    /// Where the current line begins.
    private var lineStart = 0
    /// LFs before the current line.
    private var lines = 0
    /// Octets of the line end before the current line: 0, 1 or 2.
    private var previousLineEnd = 0
    private var isInHeader = true
    /// Whether a delimiter may still come.
    private var expectsBoundary = false

    /// The beginning of a line whose end has not come, and how long it is so far.
    private var held = ByteBuffer()
    private var heldLength = 0
    private var lastOctet: UInt8 = 0

    private var headerOctets = ByteBuffer()
    private var headerTotal = 0

    package init(limits: ParsingLimits = ParsingLimits()) {
        self.limits = limits
        begin(Part(parent: nil, header: 0..<0, body: 0..<0))
    }

    /// Octets seen so far.
    package var position: Int { lineStart + heldLength }

    /// Takes the next octets of the message.
    package mutating func consume(_ chunk: ByteBuffer) {
        let octets = chunk.readableBytesUInt8Span
        var start = 0
        while start < octets.count {
            guard isInHeader || expectsBoundary else { return skipToEnd(octets, from: start) }
            guard let end = octets.firstOffset(of: .lineFeed, from: start) else {
                return hold(octets.extracting(start..<octets.count))
            }
            let piece = octets.extracting(start..<end + 1)
            if heldLength == 0 {
                let endsInReturn = end > start && octets[end - 1] == .carriageReturn
                line(piece, length: piece.count, lineEnd: endsInReturn ? 2 : 1)
            } else {
                finishHeldLine(piece)
            }
            start = end + 1
        }
    }

    /// The structure, once all octets have been consumed.
    package consuming func finish() -> MessageStructure {
        if heldLength > 0 {
            let octets = held
            line(octets.readableBytesUInt8Span, length: heldLength, lineEnd: 0)
            heldLength = 0
        }
        if isInHeader { endHeader(at: lineStart) }
        while !open.isEmpty { close(at: lineStart, lines: lines) }
        return MessageStructure(parts: parts, size: lineStart, isTruncated: isTruncated)
    }

    // MARK: Lines

    private mutating func hold(_ octets: Span<UInt8>) {
        let room = (isInHeader ? max(headerRoom, ParsingLimits.boundaryLine) : ParsingLimits.boundaryLine) - held.readableBytes
        if room > 0 { unsafe held.writeBytes(octets.extracting(first: min(room, octets.count)).bytes) }
        heldLength += octets.count
        lastOctet = octets[octets.count - 1]
    }

    private mutating func finishHeldLine(_ rest: Span<UInt8>) {
        let before = rest.count > 1 ? rest[rest.count - 2] : lastOctet
        hold(rest)
        let (octets, length) = (held, heldLength)
        held.clear()
        heldLength = 0
        line(octets.readableBytesUInt8Span, length: length, lineEnd: before == .carriageReturn ? 2 : 1)
    }

    /// No structure can come any more: lines are counted, nothing else.
    private mutating func skipToEnd(_ octets: Span<UInt8>, from start: Int) {
        var next = start
        while let end = octets.firstOffset(of: .lineFeed, from: next) {
            lines += 1
            next = end + 1
        }
        lineStart += heldLength + octets.count - start
        heldLength = 0
        held.clear()
    }

    /// - Parameter octets: the line with its end, or as much of its beginning as was kept.
    private mutating func line(_ octets: Span<UInt8>, length: Int, lineEnd: Int) {
        let start = lineStart
        lineStart += length
        if lineEnd > 0 { lines += 1 }
        defer { previousLineEnd = lineEnd }
        if expectsBoundary, octets.count >= 3, octets[0] == 0x2d, octets[1] == 0x2d, length <= ParsingLimits.boundaryLine,
            let delimiter = delimiter(octets.extracting(2..<length - lineEnd))
        {
            if isInHeader { endHeader(at: start, linesBehind: lineEnd > 0 ? 1 : 0) }
            boundary(delimiter.level, closes: delimiter.closes, at: start, lineHasEnd: lineEnd > 0)
        } else if isInHeader {
            collect(octets, length: length)
            if length == lineEnd, lineEnd > 0 { endHeader(at: lineStart) }
        }
    }

    // MARK: Delimiters, RFC 2046 §5.1.1

    /// The open multipart that `line` (without its two hyphens and its end) delimits, the innermost first.
    private func delimiter(_ line: Span<UInt8>) -> (level: Int, closes: Bool)? {
        var end = line.count
        while end > 0, line[end - 1].isWhiteSpace { end -= 1 }
        guard end > 0 else { return nil }
        let hasHyphens = end > 2 && line[end - 1] == 0x2d && line[end - 2] == 0x2d
        for level in open.indices.reversed() {
            guard let boundary = open[level].boundary else { continue }
            if boundary.count == end, Self.isPrefix(boundary, of: line) { return (level, false) }
            if hasHyphens, boundary.count == end - 2, Self.isPrefix(boundary, of: line) { return (level, true) }
        }
        return nil
    }

    private static func isPrefix(_ boundary: [UInt8], of line: Span<UInt8>) -> Bool {
        for index in boundary.indices where boundary[index] != line[index] { return false }
        return true
    }

    private mutating func boundary(_ level: Int, closes: Bool, at start: Int, lineHasEnd: Bool) {
        let before = lines - (lineHasEnd ? 1 : 0)
        while open.count > level + 1 { close(at: start - previousLineEnd, lines: before - (previousLineEnd > 0 ? 1 : 0)) }
        guard !closes else {
            open[level].boundary = nil
            isInHeader = false
            expectsBoundary = open.contains { $0.boundary != nil }
            return
        }
        let multipart = open[level].part
        var part = Part(parent: multipart, header: lineStart..<lineStart, body: lineStart..<lineStart)
        if parts[multipart].contentType.isDigest { part.contentType = .message }
        parts[multipart].children.append(parts.count)
        begin(part)
    }

    // MARK: Entities

    private mutating func begin(_ part: Part) {
        open.append(Open(part: parts.count, linesBefore: lines))
        parts.append(part)
        isInHeader = true
        headerOctets = ByteBuffer()
        guard parts.count >= max(limits.parts, 1), parts.count > 1 else { return }
        // The last part that may be: it takes whatever follows.
        parts[parts.count - 1].isOpaque = true
        parts[parts.count - 1].contentType = .octetStream
        for level in open.indices { open[level].boundary = nil }
        isTruncated = true
        isInHeader = false
        expectsBoundary = false
    }

    private var headerRoom: Int { max(0, limits.headerOctets - headerTotal) }

    private mutating func collect(_ octets: Span<UInt8>, length: Int) {
        let room = headerRoom
        if length > room { isTruncated = true }
        unsafe headerOctets.writeBytes(octets.extracting(first: min(room, octets.count)).bytes)
        headerTotal += min(room, octets.count)
    }

    /// - Parameter linesBehind: line ends that were counted already, but lie behind `end`.
    private mutating func endHeader(at end: Int, linesBehind: Int = 0) {
        let current = open.count - 1
        let index = open[current].part
        var header = Header(headerOctets, limit: limits.fields)
        isInHeader = false
        let headerStart = parts[index].header.lowerBound
        if header.isText {
            header = Header()
            parts[index].body = headerStart..<headerStart
        } else {
            parts[index].header = headerStart..<end
            parts[index].body = end..<end
            parts[index].headerLines = lines - linesBehind - open[current].linesBefore
            open[current].linesBefore = lines - linesBehind
            parts[index].readContentFields(of: header)
        }
        let isMessage = parts[index].parent.map { parts[$0].kind == .message } ?? true
        if isMessage { parts[index].messageHeader = header }
        descend(into: index, at: current, bodyStart: parts[index].body.lowerBound)
    }

    private mutating func descend(into index: Int, at level: Int, bodyStart: Int) {
        let type = parts[index].contentType
        if type.type == "multipart" {
            guard let boundary = type.boundary else {
                parts[index].contentType = .plainText
                return
            }
            guard open.count <= limits.depth else { return makeOpaque(index) }
            parts[index].kind = .multipart
            open[level].boundary = boundary
            expectsBoundary = true
        } else if type.isMessage, parts[index].transferEncoding.isIdentity {
            guard open.count <= limits.depth, parts.count + 1 < limits.parts else { return makeOpaque(index) }
            parts[index].kind = .message
            parts[index].children = [parts.count]
            begin(Part(parent: index, header: bodyStart..<bodyStart, body: bodyStart..<bodyStart))
        } else if type.isMessage {
            // RFC 2046 §5.2.1 allows no encoding here: what is inside cannot be served by ranges.
            makeOpaque(index)
        }
    }

    private mutating func makeOpaque(_ index: Int) {
        parts[index].isOpaque = true
        parts[index].contentType = .octetStream
        if !parts[index].transferEncoding.isIdentity { return }
        isTruncated = true
    }

    /// Ends the innermost open entity.
    private mutating func close(at end: Int, lines: Int) {
        guard let last = open.popLast() else { return }
        let start = parts[last.part].body.lowerBound
        // A part that ends where it began holds the line end that its delimiter claims.
        let inner = parts[last.part].children.last.map { parts[$0].range.upperBound } ?? start
        parts[last.part].body = start..<max(start, end, inner)
        if parts[last.part].kind == .multipart, parts[last.part].children.isEmpty {
            // No delimiter came: what is there is shown as text.
            parts[last.part].kind = .leaf
            parts[last.part].contentType = .plainText
        }
        parts[last.part].bodyLines = end >= start ? max(0, lines - last.linesBefore) : 0
    }
}

extension MessageStructure {
    /// The structure of a message that is in memory.
    package init(_ message: ByteBuffer, limits: ParsingLimits = ParsingLimits()) {
        var scanner = StructureScanner(limits: limits)
        scanner.consume(message)
        self = scanner.finish()
    }
}
