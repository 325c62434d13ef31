internal import NIOCore
internal import SMTP
internal import Wire

/// Holds a message's header back until it is complete (RFC 5322 §2.2).
struct HeaderScan: Sendable {
    /// What is held: the header, and behind it what came in the same piece.
    private(set) var octets = ByteBuffer()
    private var lineStart = 0
    private var searched = 0

    /// Adds a piece; true when the header is complete: at an empty line, or where a line is no field (then there is no
    /// empty line, and the body begins there).
    mutating func take(_ piece: ByteBuffer) -> Bool {
        octets.writeImmutableBuffer(piece)
        while let end = octets.firstOffset(of: .lineFeed, from: searched) {
            guard isField(lineStart, end) else { return true }
            lineStart = end + 1
            searched = lineStart
        }
        searched = octets.readableBytes
        return false
    }

    /// Octets of the fields that are complete.
    var length: Int { lineStart }

    /// The fields, without the empty line.
    var fields: ByteBuffer { octets.getSlice(at: octets.readerIndex, length: lineStart) ?? ByteBuffer() }

    private func isField(_ start: Int, _ end: Int) -> Bool {
        guard var line = octets.getSlice(at: octets.readerIndex + start, length: end - start) else { return false }
        guard let first: UInt8 = line.getInteger(at: line.readerIndex) else { return false }
        if first.isWhiteSpace {
            return start > 0 && line.readableBytesView.contains { !$0.isWhiteSpace && $0 != .carriageReturn }
        }
        guard let colon = line.firstOffset(of: UInt8(ascii: ":")), let name = line.readSlice(length: colon) else { return false }
        return HeaderFacts.isName(name)
    }
}
