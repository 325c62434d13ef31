internal import NIOCore
internal import Wire

/// RFC 2045 §6.7, tolerant: lower-case digits are read, a `=` that begins no code stays, white space at a line's end goes.
struct QuotedPrintableDecoder: Sendable {
    /// White space runs longer than this are kept as they are, so that memory stays bounded.
    private static let whiteSpaceLimit = 1_000

    /// What may turn out to belong to a code or to a line's end: white space, or the beginning of a `=` code.
    private var held: [UInt8] = []

    mutating func decode(_ chunk: ByteBuffer, into output: inout ByteBuffer) {
        let span = chunk.readableBytesUInt8Span
        var decoded: [UInt8] = []
        decoded.reserveCapacity(span.count + held.count)
        for index in span.indices {
            let octet = span[index]
            if held.isEmpty, octet != UInt8(ascii: "="), !octet.isWhiteSpace {
                decoded.append(octet)
            } else {
                step(octet, &decoded)
            }
        }
        output.writeBytes(decoded)
    }

    mutating func finish(into output: inout ByteBuffer) {
        if held.first == UInt8(ascii: "="), held.dropFirst().contains(where: { !$0.isWhiteSpace }) { output.writeBytes(held) }
        held = []
    }

    private mutating func step(_ octet: UInt8, _ decoded: inout [UInt8]) {
        guard held.first == UInt8(ascii: "=") else { return stepInWhiteSpace(octet, &decoded) }
        // A soft line break: `=`, white space, line end.
        if octet == .lineFeed, held.dropFirst().allSatisfy({ $0.isWhiteSpace || $0 == .carriageReturn }) {
            held = []
            return
        }
        if held.count == 1, octet.hexValue != nil || octet.isWhiteSpace || octet == .carriageReturn {
            held.append(octet)
            return
        }
        if held.count == 2, let high = held[1].hexValue, let low = octet.hexValue {
            decoded.append(high << 4 | low)
            held = []
            return
        }
        let isBreak = held.dropFirst().allSatisfy { $0.isWhiteSpace }
        if isBreak, octet.isWhiteSpace || octet == .carriageReturn, held.count < Self.whiteSpaceLimit {
            held.append(octet)
            return
        }
        decoded += held
        held = []
        restart(octet, &decoded)
    }

    private mutating func stepInWhiteSpace(_ octet: UInt8, _ decoded: inout [UInt8]) {
        if octet.isWhiteSpace, held.count < Self.whiteSpaceLimit {
            held.append(octet)
        } else {
            if octet != .carriageReturn, octet != .lineFeed { decoded += held }
            held = []
            restart(octet, &decoded)
        }
    }

    private mutating func restart(_ octet: UInt8, _ decoded: inout [UInt8]) {
        if octet == UInt8(ascii: "=") || octet.isWhiteSpace { held = [octet] } else { decoded.append(octet) }
    }
}
