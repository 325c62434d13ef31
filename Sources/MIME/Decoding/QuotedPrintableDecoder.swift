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
        var index = 0
        while index < span.count {
            let octet = span[index]
            if held.isEmpty, octet != UInt8(ascii: "="), !octet.isWhiteSpace || Self.isInner(span, index) {
                decoded.append(octet)
            } else if held.isEmpty, let code = Self.code(span, index) {
                decoded.append(code)
                index += 2
            } else {
                step(octet, &decoded)
            }
            index += 1
        }
        output.writeBytes(decoded)
    }

    /// Whether something other than white space and a line's end follows the octet at `index`.
    private static func isInner(_ span: Span<UInt8>, _ index: Int) -> Bool { index + 1 < span.count && span[index + 1] > 0x20 }

    /// The octet that a whole code at `index` stands for.
    private static func code(_ span: Span<UInt8>, _ index: Int) -> UInt8? {
        guard index + 2 < span.count, span[index] == UInt8(ascii: "="), let high = span[index + 1].hexValue,
            let low = span[index + 2].hexValue
        else { return nil }
        return high << 4 | low
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
