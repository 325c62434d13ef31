internal import NIOCore

/// The frame of an acceptance while its message is being received: the body is appended to it as it comes, so that the
/// octets are copied once.
struct AcceptanceFrame {
    /// The body stands in the frame; else the octets of trace lines that its file begins with are told there.
    static let inline: UInt8 = 1
    static let begun: UInt8 = 2

    private var buffer: ByteBuffer
    /// Where the body begins.
    let bodyOffset: Int

    /// - Parameter room: octets of the body that are expected.
    init(_ acceptance: Acceptance, room: Int) {
        buffer = ByteBufferAllocator().buffer(capacity: room + 512)
        Frame.begin(.accepted, in: &buffer)
        buffer.writeInteger(UInt8(0))
        buffer.writeInteger(UInt64(0))
        buffer.writeInteger(UInt32(0))
        let start = buffer.writerIndex
        acceptance.write(to: &buffer)
        buffer.setInteger(UInt32(buffer.writerIndex - start), at: start - 4)
        bodyOffset = buffer.writerIndex
    }

    /// Gives the frame away, so that sealing it copies nothing.
    mutating func take() -> AcceptanceFrame {
        defer { buffer = ByteBuffer() }
        return self
    }

    var bodySize: Int { buffer.writerIndex - bodyOffset }

    /// The body so far.
    var body: ByteBuffer { buffer.getSlice(at: bodyOffset, length: bodySize) ?? ByteBuffer() }

    mutating func append(_ octets: ByteBuffer) { buffer.writeImmutableBuffer(octets) }

    /// The body is in a file of its own.
    mutating func removeBody() { buffer.moveWriterIndex(to: bodyOffset) }

    /// The frame to write.
    ///
    /// - Parameter file: the body's own; nil where it stands here.
    mutating func sealed(file: WrittenBody?, isBegun: Bool, seed: UInt32) -> ByteBuffer {
        let flags = (file == nil ? Self.inline : 0) | (isBegun ? Self.begun : 0)
        buffer.setInteger(flags, at: Frame.head)
        buffer.setInteger(UInt64(file?.size ?? bodySize), at: Frame.head + 1)
        if let file { buffer.writeInteger(UInt32(file.traceLines)) }
        Frame.seal(&buffer, seed: seed)
        return buffer
    }
}

/// A body that was written to a file of its own.
struct WrittenBody {
    /// Octets of the message.
    var size: Int
    /// Octets of the trace lines above it.
    var traceLines: Int
}
