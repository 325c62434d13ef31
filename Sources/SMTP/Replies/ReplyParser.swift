package import NIOCore
internal import Wire

/// What a server sent is no reply.
package struct MalformedReply: Error, Hashable, Sendable {}

/// Puts the lines of a server's replies together, RFC 5321 §4.2.
package struct ReplyParser: Sendable {
    /// The most lines of one reply.
    package static let mostLines = 200

    private var code = 0
    private var status: EnhancedStatus?
    private var lines: [String] = []

    package init() {}

    /// Takes a line without its end; the reply where this line was its last one.
    package mutating func add(_ line: ByteBuffer) throws(MalformedReply) -> Reply? {
        var reader = CommandReader(line)
        guard let code = try? reader.digits(3), (200..<600).contains(code), lines.isEmpty || code == self.code else {
            throw MalformedReply()
        }
        let goesOn = reader.take(UInt8(ascii: "-"))
        guard goesOn || reader.isAtEnd || reader.take(.space), lines.count < Self.mostLines else { throw MalformedReply() }
        self.code = code
        lines.append(text(of: &reader))
        guard !goesOn else { return nil }
        defer { self = ReplyParser() }
        return Reply(code, status, lines)
    }

    /// The text behind an enhanced status of the code's class (RFC 2034 §4); the first line's status is the reply's.
    private mutating func text(of reader: inout CommandReader) -> String {
        let whole = String(buffer: reader.rest())
        let words = whole.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = words.first, let found = EnhancedStatus(first), Int(found.statusClass) == code / 100 else {
            return whole
        }
        if lines.isEmpty { status = found }
        return words.count > 1 ? String(words[1]) : ""
    }
}
