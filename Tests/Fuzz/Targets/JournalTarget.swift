import NIOCore

@testable import Delivery

extension FuzzTargets {
    /// The spool's journal: a file as it is, and the same octets as a record whose checksum is right.
    static let journal = FuzzTarget(
        name: "journal", longest: 8_192,
        pieces: [
            "MPR1", "MPR1\0\0\0\0", "MALAPOS1", "\0\0\0\0", "\u{7f}\u{7f}\u{7f}\u{7f}", "{\"\":0}", "\u{1}", "\u{2}", "\u{3}",
            "\u{4}",
        ]
    ) { octets in
        try read(ByteBuffer(bytes: octets))
        var file = JournalFile.header(seed: 7)
        file.writeBytes(octets)
        try read(file)
        try record(octets)
    }

    /// Every octet is a frame's, torn or damaged; no frame lies outside of the file.
    private static func read(_ file: ByteBuffer) throws {
        let content = JournalFile.read(file)
        var end = 0
        for (offset, frame) in content.frames {
            try expect(offset >= end, "two frames overlap")
            end = offset + frame.readableBytes
            _ = try? Frame.record(frame)
        }
        try expect(end <= file.readableBytes && content.tornTail <= file.readableBytes, "a frame ends behind its file")
        let accounted = content.frames.reduce(0) { $0 + $1.frame.readableBytes } + content.tornTail + content.damaged
        let head = content.seed == nil ? 0 : JournalFile.head
        try expect(accounted + head == file.readableBytes, "octets of a journal are unaccounted for")
    }

    /// A sound frame may hold anything.
    private static func record(_ octets: [UInt8]) throws {
        var frame = ByteBuffer()
        Frame.begin(Frame.Kind(rawValue: (octets.first ?? 0) & 3 + 1) ?? .moved, in: &frame)
        frame.writeBytes(octets.dropFirst())
        Frame.seal(&frame, seed: 7)
        guard case .accepted(let acceptance, let body) = try? Frame.record(frame) else { return }
        try check(acceptance, body, frame)
    }

    private static func check(_ acceptance: Acceptance, _ body: AcceptedBody, _ frame: ByteBuffer) throws {
        if case .frame(let offset) = body.place {
            try expect(offset + body.size == frame.readableBytes, "a body ends elsewhere than its frame")
        }
        var written = ByteBuffer()
        acceptance.write(to: &written)
        _ = try Acceptance(reading: &written)
        try expect(written.readableBytes == 0, "an acceptance changes when it is written")
    }
}
