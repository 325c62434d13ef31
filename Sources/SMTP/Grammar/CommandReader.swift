package import NIOCore
package import Wire

/// A cursor over one command line, without its CRLF. Each production has a method in a file of its own.
package struct CommandReader: Sendable {
    let line: ByteBuffer
    /// Octets that are read.
    package private(set) var offset = 0

    package init(_ line: ByteBuffer) { self.line = line }

    package var isAtEnd: Bool { offset >= line.readableBytes }

    /// The next octet, unread.
    package var next: UInt8? { line.getInteger(at: line.readerIndex + offset) }

    package func failure(_ expected: SMTPSyntaxError.Expected) -> SMTPSyntaxError {
        SMTPSyntaxError(expected: expected, offset: offset)
    }

    /// Takes `octet`, in either case where it is a letter.
    package mutating func take(_ octet: UInt8) -> Bool {
        guard let next, next.uppercasedASCII == octet.uppercasedASCII else { return false }
        offset += 1
        return true
    }

    package mutating func takeAny() -> UInt8? {
        guard let next else { return nil }
        offset += 1
        return next
    }

    /// Takes `text` in any case, or nothing.
    package mutating func take(_ text: StaticString) -> Bool {
        var ahead = self
        for octet in text.description.utf8 where !ahead.take(octet) { return false }
        self = ahead
        return true
    }

    /// The longest run of octets of a class; maybe empty.
    package mutating func run(of octets: ByteClass) -> ByteBuffer {
        let start = offset
        while let next, octets.contains(next) { offset += 1 }
        return line.getSlice(at: line.readerIndex + start, length: offset - start) ?? ByteBuffer()
    }

    package mutating func space() throws(SMTPSyntaxError) {
        guard take(.space) else { throw failure(.space) }
    }

    /// The end of the line; blanks before it are let through, as many clients send them.
    package mutating func end() throws(SMTPSyntaxError) {
        _ = run(of: .whiteSpace)
        guard isAtEnd else { throw failure(.end) }
    }

    /// What is left of the line.
    package mutating func rest() -> ByteBuffer {
        let left = line.getSlice(at: line.readerIndex + offset, length: line.readableBytes - offset) ?? ByteBuffer()
        offset = line.readableBytes
        return left
    }

    /// The command's verb, RFC 5321 §2.4: up to the first blank. Nil for what cannot be one.
    package mutating func verb() -> Keyword? {
        Keyword(run(of: .visible))
    }
}
