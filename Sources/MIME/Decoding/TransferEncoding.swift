package import NIOCore
internal import Wire

/// How a body's octets were made fit for transport, RFC 2045 §6.
package enum TransferEncoding: Sendable, Hashable {
    case sevenBit, eightBit, binary, base64, quotedPrintable, uuencode
    /// A word that is none of these: the body is taken as it is.
    case unknown

    package init(_ field: ByteBuffer) {
        var reader = FieldReader(Header.unfold(field))
        reader.skipComments()
        let word = reader.run(until: Self.stops)
        let keyword: Keyword? = Keyword(word.span)
        self =
            switch keyword {
            case "7BIT": .sevenBit
            case "8BIT": .eightBit
            case "BINARY": .binary
            case "BASE64": .base64
            case "QUOTED-PRINTABLE": .quotedPrintable
            case "X-UUENCODE", "X-UUE", "UUENCODE", "UUE": .uuencode
            default: .unknown
            }
    }

    private static let stops = ByteClass(" \t;(")

    /// Whether the body's octets are the content's.
    package var isIdentity: Bool {
        switch self {
        case .sevenBit, .eightBit, .binary, .unknown: true
        case .base64, .quotedPrintable, .uuencode: false
        }
    }
}
