internal import NIOCore
internal import Wire

/// The encoding of uuencode(1): `begin 644 name`, lines of a length and groups of four, `end`. Octets outside are kept when no
/// `begin` line was seen at all.
struct UUDecoder: Sendable {
    private enum Place { case before, inside, behind }
    /// Longer lines are not of this encoding.
    private static let lineLimit = 1_000

    private var place = Place.before
    private var line: [UInt8] = []

    mutating func decode(_ chunk: ByteBuffer, into output: inout ByteBuffer) {
        for octet in chunk.readableBytesView {
            if octet == .lineFeed {
                endLine(into: &output)
            } else if line.count < Self.lineLimit {
                line.append(octet)
            }
        }
    }

    mutating func finish(into output: inout ByteBuffer) {
        if !line.isEmpty { endLine(into: &output) }
    }

    private mutating func endLine(into output: inout ByteBuffer) {
        if line.last == .carriageReturn { line.removeLast() }
        defer { line.removeAll(keepingCapacity: true) }
        switch place {
        case .before:
            if line.starts(with: "begin ".utf8) { place = .inside }
        case .inside:
            if line.elementsEqual("end".utf8) { place = .behind } else { decodeLine(into: &output) }
        case .behind: break
        }
    }

    private func decodeLine(into output: inout ByteBuffer) {
        guard let first = line.first else { return }
        let length = Int((first &- 0x20) & 63)
        var decoded: [UInt8] = []
        var index = 1
        while decoded.count < length, index < line.count {
            var bits: UInt32 = 0
            for place in index..<index + 4 {
                let octet = place < line.count ? line[place] : 0x20
                bits = bits << 6 | UInt32((octet &- 0x20) & 63)
            }
            decoded += [UInt8(bits >> 16 & 255), UInt8(bits >> 8 & 255), UInt8(bits & 255)]
            index += 4
        }
        output.writeBytes(decoded.prefix(length))
    }
}
