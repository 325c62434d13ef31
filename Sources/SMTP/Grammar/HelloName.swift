internal import NIOCore
internal import Wire

extension CommandReader {
    /// The longest name, RFC 5321 §4.5.3.1.2.
    package static let longestHelloName = 255
    private static let nameText = ByteClass("-._", 0x80...0xff).union(.letter).union(.digit)

    /// What EHLO and HELO give, RFC 5321 §4.1.1.1. Names with an underscore or a trailing dot, of which there are many, are
    /// let through: the name is shown, and nothing is concluded from it.
    package mutating func helloName() throws(SMTPSyntaxError) -> String {
        if next == UInt8(ascii: "[") { return try addressLiteral().description }
        var ahead = self
        let name = ahead.run(of: Self.nameText)
        guard (1...Self.longestHelloName).contains(name.readableBytes) else { throw failure(.helloName) }
        guard let text = name.getString(at: name.readerIndex, length: name.readableBytes),
            text.utf8.elementsEqual(name.readableBytesView)
        else { throw failure(.helloName) }
        self = ahead
        return text
    }
}
