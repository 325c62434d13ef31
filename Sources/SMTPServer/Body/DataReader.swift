internal import NIOCore
internal import Wire

/// Takes a message off the stream behind DATA: finds its end, drops the dots that DATA adds (RFC 5321 §4.5.2), and holds
/// lines to CRLF. One pass; a piece without a leading dot is passed on as a slice.
///
/// Only CRLF `.` CRLF ends a message. A lone dot with a bare LF or CR at either side is what smuggling is made of: it
/// is never taken for the end, and the connection must not be listened to after it.
struct DataReader: Sendable {
    enum Outcome: Hashable, Sendable {
        case more
        case end
        /// A lone dot between line ends of which one is not CRLF.
        case falseEnd
    }

    private enum State: Hashable {
        case line
        case carriageReturn
        /// At the beginning of a line; false where a bare LF or CR stands before it.
        case start(Bool)
        case dot(Bool)
        case dotReturn(Bool)
    }

    private var state = State.start(true)
    /// Whether a bare LF or CR was seen.
    private(set) var hasBareLineEnd = false

    /// Takes what `buffer` has of the message, and nothing behind its end.
    mutating func take(_ buffer: inout ByteBuffer) -> (content: ByteBuffer, Outcome) {
        let source = buffer
        let octets = source.readableBytesUInt8Span
        var run = ContentRun(source)
        var nextLineFeed = octets.firstOffset(of: .lineFeed)
        var offset = 0
        while offset < octets.count {
            guard case .line = state else {
                if let outcome = step(octets[offset], &offset, &run) {
                    buffer.moveReaderIndex(forwardBy: offset)
                    return (run.finish(at: offset), outcome)
                }
                continue
            }
            if let known = nextLineFeed, known < offset { nextLineFeed = octets.firstOffset(of: .lineFeed, from: offset) }
            offset = endLine(octets, from: offset, lineFeed: nextLineFeed)
        }
        buffer.moveReaderIndex(forwardBy: octets.count)
        return (run.finish(at: octets.count), .more)
    }

    /// Goes to behind the next line end, or to the end of what there is.
    private mutating func endLine(_ octets: Span<UInt8>, from offset: Int, lineFeed: Int?) -> Int {
        let end = lineFeed ?? octets.count
        guard let place = octets.firstOffset(of: .carriageReturn, from: offset, to: end) else {
            guard lineFeed != nil else { return end }
            return bare(end + 1)
        }
        guard place == end - 1 else { return bare(place + 1) }
        state = lineFeed == nil ? .carriageReturn : .start(true)
        return lineFeed == nil ? end : end + 1
    }

    private mutating func bare(_ next: Int) -> Int {
        hasBareLineEnd = true
        state = .start(false)
        return next
    }

    /// One octet at the edge of a line.
    private mutating func step(_ octet: UInt8, _ offset: inout Int, _ run: inout ContentRun) -> Outcome? {
        switch state {
        case .line: return nil
        case .carriageReturn:
            guard octet == .lineFeed else {
                offset = bare(offset)
                return nil
            }
            state = .start(true)
            offset += 1
        case .start(let strict):
            guard octet == UInt8(ascii: ".") else {
                state = .line
                return nil
            }
            run.drop(at: offset)
            state = .dot(strict)
            offset += 1
        case .dot(let strict):
            if octet == .lineFeed { return falseEnd(&offset) }
            guard octet == .carriageReturn else {
                state = .line
                return nil
            }
            run.drop(at: offset)
            state = .dotReturn(strict)
            offset += 1
        case .dotReturn(let strict):
            guard octet == .lineFeed, strict else { return falseEnd(&offset) }
            run.drop(at: offset)
            offset += 1
            return .end
        }
        return nil
    }

    private mutating func falseEnd(_ offset: inout Int) -> Outcome {
        hasBareLineEnd = true
        offset += 1
        return .falseEnd
    }
}

/// Gathers what is left of a piece when octets are dropped from it; copies only where something is dropped.
private struct ContentRun {
    private let source: ByteBuffer
    private var start = 0
    private var gathered = ByteBuffer()

    init(_ source: ByteBuffer) { self.source = source }

    mutating func drop(at offset: Int) {
        gather(to: offset)
        start = offset + 1
    }

    mutating func finish(at end: Int) -> ByteBuffer {
        guard start > 0 else { return source.getSlice(at: source.readerIndex, length: end) ?? ByteBuffer() }
        gather(to: end)
        return gathered
    }

    private mutating func gather(to end: Int) {
        guard end > start, var part = source.getSlice(at: source.readerIndex + start, length: end - start) else { return }
        gathered.writeBuffer(&part)
    }
}
