package import NIOCore

/// Why a line was refused. The line's octets have been, or will be, thrown away: reading can go on with the next one.
package enum LineError: Error, Hashable, Sendable {
    /// More octets than the limit without a line end.
    case tooLong(limit: Int)
    /// A LF without a CR before it.
    case bareLineFeed
    /// A CR without a LF behind it.
    case bareCarriageReturn
}

/// Cuts a stream of octets into lines that end in CRLF (RFC 5321 §2.3.8, RFC 9051 §2.2).
///
/// Keeps how far it has looked, so that octets that arrive one by one are each looked at once. Between two lines the
/// caller may take octets off the buffer by itself (literals, BDAT).
package struct LineFraming: Sendable {
    /// What ends a line.
    package enum LineEnds: Sendable {
        /// CRLF alone; a bare LF or CR is refused (no smuggling, RFC 5321 §2.3.8).
        case strict
        /// LF with or without CR before it; a CR elsewhere belongs to the line.
        case tolerant
    }

    /// The longest line, its end not counted, in octets.
    package let limit: Int
    package let lineEnds: LineEnds
    private var scanned = 0
    private var isDiscarding = false

    package init(limit: Int, lineEnds: LineEnds = .strict) {
        self.limit = limit
        self.lineEnds = lineEnds
    }

    /// Takes the next line off `buffer`, without its end; nil when more octets are needed.
    ///
    /// - Throws: what is wrong with the line. Of a line that is too long the rest is swallowed by later calls, so
    ///   memory stays within the limit however long it is.
    package mutating func next(from buffer: inout ByteBuffer) throws(LineError) -> ByteBuffer? {
        if isDiscarding, !discard(from: &buffer) { return nil }
        guard let end = buffer.firstOffset(of: .lineFeed, from: scanned) else {
            return try waitForMore(&buffer)
        }
        scanned = 0
        guard var line = buffer.readSlice(length: end + 1) else { return nil }
        let hasReturn = end > 0 && line.getInteger(at: line.readerIndex + end - 1) == UInt8.carriageReturn
        let length = hasReturn ? end - 1 : end
        guard length <= limit else { throw .tooLong(limit: limit) }
        guard hasReturn || lineEnds == .tolerant else { throw .bareLineFeed }
        line.moveWriterIndex(to: line.readerIndex + length)
        if lineEnds == .strict, line.firstOffset(of: .carriageReturn) != nil { throw .bareCarriageReturn }
        return line
    }

    /// Forgets a line of which a part was seen, for when the caller empties the buffer itself (STARTTLS).
    package mutating func reset() {
        scanned = 0
        isDiscarding = false
    }

    private mutating func waitForMore(_ buffer: inout ByteBuffer) throws(LineError) -> ByteBuffer? {
        scanned = buffer.readableBytes
        guard scanned > limit + 1 else { return nil }
        isDiscarding = true
        scanned = 0
        buffer.moveReaderIndex(forwardBy: buffer.readableBytes)
        throw .tooLong(limit: limit)
    }

    /// True when the refused line has ended.
    private mutating func discard(from buffer: inout ByteBuffer) -> Bool {
        guard let end = buffer.firstOffset(of: .lineFeed) else {
            buffer.moveReaderIndex(forwardBy: buffer.readableBytes)
            return false
        }
        buffer.moveReaderIndex(forwardBy: end + 1)
        isDiscarding = false
        return true
    }
}
