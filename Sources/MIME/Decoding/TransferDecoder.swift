package import NIOCore
internal import Wire

/// Undoes a transfer encoding while the body goes by in chunks. Never fails: what is malformed is kept as it is.
package struct TransferDecoder: Sendable {
    private enum State: Sendable {
        case identity
        case base64(Base64Decoder)
        case quotedPrintable(QuotedPrintableDecoder)
        case uuencode(UUDecoder)
    }
    private var state: State

    package init(_ encoding: TransferEncoding) {
        state =
            switch encoding {
            case .base64: .base64(Base64Decoder())
            case .quotedPrintable: .quotedPrintable(QuotedPrintableDecoder())
            case .uuencode: .uuencode(UUDecoder())
            case .sevenBit, .eightBit, .binary, .unknown: .identity
            }
    }

    package mutating func decode(_ chunk: ByteBuffer, into output: inout ByteBuffer) {
        switch state {
        case .identity: output.writeImmutableBuffer(chunk)
        case .base64(var decoder):
            decoder.decode(chunk, into: &output)
            state = .base64(decoder)
        case .quotedPrintable(var decoder):
            state = .identity
            decoder.decode(chunk, into: &output)
            state = .quotedPrintable(decoder)
        case .uuencode(var decoder):
            state = .identity
            decoder.decode(chunk, into: &output)
            state = .uuencode(decoder)
        }
    }

    package mutating func finish(into output: inout ByteBuffer) {
        switch state {
        case .identity: break
        case .base64(var decoder): decoder.finish(into: &output)
        case .quotedPrintable(var decoder): decoder.finish(into: &output)
        case .uuencode(var decoder): decoder.finish(into: &output)
        }
        state = .identity
    }

    /// The whole body at once; without an encoding this is `body` itself, uncopied.
    package static func decode(_ body: ByteBuffer, _ encoding: TransferEncoding) -> ByteBuffer {
        guard !encoding.isIdentity else { return body }
        var decoder = TransferDecoder(encoding)
        var output = ByteBuffer()
        output.reserveCapacity(body.readableBytes)
        decoder.decode(body, into: &output)
        decoder.finish(into: &output)
        return output
    }
}
