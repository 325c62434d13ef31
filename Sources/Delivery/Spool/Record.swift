internal import FoundationEssentials
internal import NIOCore

/// One thing that a journal, or a message's own file, says.
enum Record {
    /// A message is taken over.
    case accepted(Acceptance, AcceptedBody)
    case progress(EntryID, Progress)
    /// Nothing more is to be done: filed everywhere, bounced or dropped.
    case released(EntryID)
    /// The entry has a file of its own now, which alone counts.
    case moved(EntryID)
}

/// Where an accepted message's octets are.
struct AcceptedBody {
    enum Place: Hashable {
        /// In the record, at `offset` from the frame's start.
        case frame(offset: Int)
        /// In a file of its own, behind so many octets of trace lines.
        case file(traceLines: Int)
    }

    /// Octets of the message.
    var size: Int
    var place: Place
    /// Whether the acceptance counts as the beginning of the first attempt.
    var isBegun: Bool
}

/// `magic, length, checksum, kind, payload`: how a record stands in a file.
///
/// The checksum covers length, kind and payload and is seeded with a number that only the file's head and this process
/// know: no mail can hold octets that pass for a record, and no stale block does.
enum Frame {
    static let magic: UInt32 = 0x4d50_5231
    /// Octets before the payload.
    static let head = 13

    enum Kind: UInt8 {
        case accepted = 1
        case progress, released, moved
    }

    /// Room for a head; `seal` fills it in.
    static func begin(_ kind: Kind, in buffer: inout ByteBuffer) {
        buffer.writeInteger(magic)
        buffer.writeInteger(UInt32(0))
        buffer.writeInteger(UInt32(0))
        buffer.writeInteger(kind.rawValue)
    }

    /// Fills in length and checksum of the frame that is all of the buffer.
    static func seal(_ buffer: inout ByteBuffer, seed: UInt32) {
        let start = buffer.readerIndex
        buffer.setInteger(UInt32(buffer.readableBytes - head), at: start + 4)
        buffer.setInteger(checksum(of: buffer, seed: seed), at: start + 8)
    }

    static func checksum(of frame: ByteBuffer, seed: UInt32) -> UInt32 {
        var crc = CRC32C(seed: seed)
        if let length = frame.viewBytes(at: frame.readerIndex + 4, length: 4) { crc.update(length) }
        if let rest = frame.viewBytes(at: frame.readerIndex + 12, length: frame.readableBytes - 12) { crc.update(rest) }
        return crc.value
    }

    /// A whole frame for anything but an acceptance.
    static func of(_ kind: Kind, _ id: EntryID, _ progress: Progress? = nil, seed: UInt32) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: 64)
        begin(kind, in: &buffer)
        buffer.writeInteger(id.value)
        if let progress, let octets = try? JSONEncoder().encode(progress) { buffer.writeBytes(octets) }
        seal(&buffer, seed: seed)
        return buffer
    }

    /// Reads what a sound frame holds.
    static func record(_ frame: ByteBuffer) throws(RecordError) -> Record {
        var rest = frame
        rest.moveReaderIndex(forwardBy: 12)
        switch Kind(rawValue: try required(rest.readInteger(as: UInt8.self))) {
        case .accepted: return try accepted(&rest, frame.readerIndex)
        case .progress:
            let id = EntryID(try required(rest.readInteger()))
            let octets = try required(rest.readBytes(length: rest.readableBytes))
            return .progress(id, try required(try? JSONDecoder().decode(Progress.self, from: Data(octets))))
        case .released: return .released(EntryID(try required(rest.readInteger())))
        case .moved: return .moved(EntryID(try required(rest.readInteger())))
        case nil: throw .malformed
        }
    }

    private static func accepted(_ rest: inout ByteBuffer, _ start: Int) throws(RecordError) -> Record {
        let flags = try required(rest.readInteger(as: UInt8.self))
        let size = Int(clamping: try required(rest.readInteger(as: UInt64.self)))
        let length = try required(rest.readInteger(as: UInt32.self))
        var facts = try required(rest.readSlice(length: Int(length)))
        let acceptance = try Acceptance(reading: &facts)
        let place: AcceptedBody.Place
        if flags & AcceptanceFrame.inline != 0 {
            guard rest.readableBytes == size else { throw .malformed }
            place = .frame(offset: rest.readerIndex - start)
        } else {
            place = .file(traceLines: Int(rest.readInteger(as: UInt32.self) ?? 0))
        }
        return .accepted(acceptance, AcceptedBody(size: size, place: place, isBegun: flags & AcceptanceFrame.begun != 0))
    }
}
