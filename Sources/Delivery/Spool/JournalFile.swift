internal import NIOCore

/// A file of records: a segment of the journal, or one message's own. A head first, frames after it.
enum JournalFile {
    private static let magic: UInt64 = 0x4d41_4c41_504f_5331
    /// Octets of the head.
    static let head = 16

    static func header(seed: UInt32) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: head)
        buffer.writeInteger(magic)
        buffer.writeInteger(seed)
        var crc = CRC32C()
        crc.update(buffer.readableBytesView)
        buffer.writeInteger(crc.value)
        return buffer
    }

    struct Content {
        /// Each sound frame with its offset in the file.
        var frames: [(offset: Int, frame: ByteBuffer)] = []
        /// What the file's checksums are seeded with; nil where the head is torn, and then there are no frames.
        var seed: UInt32?
        /// Octets that belong to no sound frame, at the end.
        var tornTail = 0
        /// Octets that belong to no sound frame, before one that is sound: the disk has lost something.
        var damaged = 0
    }

    /// Every sound frame of a file's octets.
    ///
    /// What a crash tore is at the end. Where a frame is broken in the middle, the next sound one is looked for, as what
    /// stands there has been acknowledged.
    static func read(_ octets: ByteBuffer) -> Content {
        var content = Content()
        guard let seed = seed(of: octets) else {
            content.tornTail = octets.readableBytes
            return content
        }
        content.seed = seed
        var at = head
        var broken = 0
        while at < octets.writerIndex {
            guard let frame = frame(in: octets, at: at, seed: seed) else {
                let next = nextMagic(in: octets, after: at)
                broken += next - at
                at = next
                continue
            }
            content.damaged += broken
            broken = 0
            content.frames.append((at, frame))
            at += frame.readableBytes
        }
        content.tornTail = broken
        return content
    }

    private static func seed(of octets: ByteBuffer) -> UInt32? {
        guard octets.readableBytes >= head, octets.getInteger(at: 0, as: UInt64.self) == magic,
            let seed = octets.getInteger(at: 8, as: UInt32.self), let view = octets.viewBytes(at: 0, length: 12)
        else { return nil }
        var crc = CRC32C()
        crc.update(view)
        return crc.value == octets.getInteger(at: 12, as: UInt32.self) ? seed : nil
    }

    private static func frame(in octets: ByteBuffer, at offset: Int, seed: UInt32) -> ByteBuffer? {
        guard octets.getInteger(at: offset, as: UInt32.self) == Frame.magic,
            let length = octets.getInteger(at: offset + 4, as: UInt32.self), length <= SpoolLimits.longestRecord,
            let frame = octets.getSlice(at: offset, length: Frame.head + Int(length)),
            frame.getInteger(at: frame.readerIndex + 8, as: UInt32.self) == Frame.checksum(of: frame, seed: seed)
        else { return nil }
        return frame
    }

    /// Where the next frame may begin, or the end.
    private static func nextMagic(in octets: ByteBuffer, after offset: Int) -> Int {
        let view = octets.readableBytesView
        var at = offset + 1
        while at + 4 <= octets.writerIndex {
            guard let next = view[at...].firstIndex(of: UInt8(truncatingIfNeeded: Frame.magic >> 24)) else { break }
            if octets.getInteger(at: next, as: UInt32.self) == Frame.magic { return next }
            at = next + 1
        }
        return octets.writerIndex
    }
}
