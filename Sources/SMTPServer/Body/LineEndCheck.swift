internal import NIOCore
internal import Wire

/// Whether lines end in CRLF alone, over pieces of any size: what BDAT brings is held to the same rule as DATA, as it is
/// sent on by DATA.
struct LineEndCheck: Sendable {
    /// Whether a bare LF or CR was seen; a CR at the very end shows in `endsInCarriageReturn`.
    private(set) var hasBareLineEnd = false
    private var last: UInt8 = .lineFeed

    mutating func take(_ piece: ByteBuffer) {
        guard piece.readableBytes > 0, !hasBareLineEnd else { return }
        hasBareLineEnd = !isClean(piece)
        last = piece.getInteger(at: piece.writerIndex - 1) ?? .nul
    }

    /// Whether the message ended within a line; CRLF is added then.
    var needsLineEnd: Bool { last != .lineFeed }

    var endsInCarriageReturn: Bool { last == .carriageReturn }

    /// Each LF has a CR before it, and each CR a LF behind it.
    private func isClean(_ piece: ByteBuffer) -> Bool {
        let octets = piece.readableBytesUInt8Span
        var afterReturn = last == .carriageReturn
        var start = 0
        while start < octets.count {
            let lineFeed = octets.firstOffset(of: .lineFeed, from: start)
            let end = lineFeed ?? octets.count
            if afterReturn, end > start { return false }
            let found = octets.firstOffset(of: .carriageReturn, from: start, to: end)
            if let found, found != end - 1 { return false }
            if lineFeed != nil, found == nil, !afterReturn { return false }
            afterReturn = false
            start = end + 1
        }
        return true
    }
}
