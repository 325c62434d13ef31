internal import FoundationEssentials
internal import NIOCore

/// What goes over a local socket: JSON behind its length in four octets, most significant first.
struct Frame: Codable, Sendable {
    /// Pairs an answer with its question; absent in a notice.
    var id: UInt64?
    /// A question's or a notice's name; absent in an answer.
    var name: String?
    var body: Data?
    var refusal: Refusal?
}

struct FrameDecoder: ByteToMessageDecoder {
    typealias InboundOut = Frame

    let longest: Int

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return .needMoreData }
        guard length <= longest else { throw FrameError.tooLong }
        guard buffer.readableBytes >= 4 + Int(length) else { return .needMoreData }
        buffer.moveReaderIndex(forwardBy: 4)
        let octets = buffer.readBytes(length: Int(length)) ?? []
        context.fireChannelRead(wrapInboundOut(try JSONDecoder().decode(Frame.self, from: Data(octets))))
        return .continue
    }

    mutating func decodeLast(context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool) throws -> DecodingState {
        try decode(context: context, buffer: &buffer)
    }
}

final class FrameEncoder: MessageToByteEncoder, Sendable {
    typealias OutboundIn = Frame

    func encode(data frame: Frame, out: inout ByteBuffer) throws {
        let octets = try JSONEncoder().encode(frame)
        out.writeInteger(UInt32(octets.count))
        out.writeBytes(octets)
    }
}

enum FrameError: Error { case tooLong }
