internal import NIOCore

/// The frame of an acceptance while its message is being received: the body is appended to it as it comes, so that the
/// octets are copied once.
struct AcceptanceFrame {
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
    /// - Parameter fileSize: the size of a body that is in a file; nil where it stands here.
    mutating func sealed(fileSize: Int?, isBegun: Bool, seed: UInt32) -> ByteBuffer {
        let flags = (fileSize == nil ? Self.inline : 0) | (isBegun ? Self.begun : 0)
        buffer.setInteger(flags, at: Frame.head)
        buffer.setInteger(UInt64(fileSize ?? bodySize), at: Frame.head + 1)
        Frame.seal(&buffer, seed: seed)
        return buffer
    }
}
