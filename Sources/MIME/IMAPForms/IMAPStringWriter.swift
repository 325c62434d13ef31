package import NIOCore
internal import Wire

/// Strings as IMAP sends them, RFC 3501 §9: quoted where that is possible, else as a literal.
extension ByteBuffer {
    /// A quoted string longer than this is sent as a literal, in octets.
    private static var quotedLimit: Int { 1_000 }

    /// `nstring`.
    package mutating func writeIMAPString(_ octets: some Collection<UInt8>, orNil: Bool = false) {
        var special = 0
        var needsLiteral = octets.count > Self.quotedLimit
        for octet in octets {
            if octet == .quote || octet == .backslash { special += 1 }
            if octet >= 0x80 || octet == .nul || octet == .carriageReturn || octet == .lineFeed { needsLiteral = true }
        }
        if needsLiteral { return writeIMAPLiteral(octets) }
        writeInteger(UInt8.quote)
        if special == 0 {
            writeBytes(octets)
        } else {
            for octet in octets {
                if octet == .quote || octet == .backslash { writeInteger(UInt8.backslash) }
                writeInteger(octet)
            }
        }
        writeInteger(UInt8.quote)
    }

    /// `NIL` for nil.
    package mutating func writeIMAPString(_ octets: (some Collection<UInt8>)?) {
        guard let octets else {
            writeStaticString("NIL")
            return
        }
        writeIMAPString(octets, orNil: false)
    }

    mutating func writeIMAPString(_ buffer: ByteBuffer?) { writeIMAPString(buffer?.readableBytesView) }

    /// `literal`, whose octets are `CHAR8`: a NUL cannot be sent and becomes a space, so that the length stays.
    private mutating func writeIMAPLiteral(_ octets: some Collection<UInt8>) {
        writeString("{\(octets.count)}\r\n")
        for octet in octets { writeInteger(octet == .nul ? .space : octet) }
    }
}
