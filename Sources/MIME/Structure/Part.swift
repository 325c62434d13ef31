package import NIOCore

/// One entity of a message: the message itself, a part of a multipart, or the message inside a `message/rfc822` part.
///
/// All offsets are in octets from the beginning of the whole message.
package struct Part: Sendable {
    package enum Kind: Sendable, Hashable {
        /// Has content, no parts.
        case leaf
        /// `multipart/*`: its children are its parts.
        case multipart
        /// `message/rfc822` or `message/global`: its one child is the entity of the message inside.
        case message
    }

    package internal(set) var kind = Kind.leaf
    /// The index of the part that holds this one; nil for the message itself.
    package let parent: Int?
    /// Indices, in the order of the message.
    package internal(set) var children: [Int] = []
    /// The header with the empty line that ends it.
    package internal(set) var header: Range<Int>
    /// The body, without the line end that belongs to the boundary behind it.
    package internal(set) var body: Range<Int>
    /// LFs within `header`, and within `body`.
    package internal(set) var headerLines = 0
    package internal(set) var bodyLines = 0
    /// Lower-case type with its parameters; `text/plain` where nothing usable is said (RFC 2045 §5.2).
    package internal(set) var contentType = ContentType.plainText
    package internal(set) var transferEncoding = TransferEncoding.sevenBit
    /// The other Content fields.
    package internal(set) var content = ContentFields()
    /// The fields of a message's header: of the whole message and of nested ones; nil for parts of a multipart.
    package internal(set) var messageHeader: Header?
    /// Whether a limit kept us from looking inside.
    package internal(set) var isOpaque = false

    /// Octets of the header and the body.
    package var range: Range<Int> { header.lowerBound..<max(header.upperBound, body.upperBound) }

    /// Octets of the body once its transfer encoding is undone; for Base64 and quoted-printable an estimate, for Base64
    /// at most two octets too high where its lines are of usual form.
    package var decodedSize: Int {
        switch transferEncoding {
        case .base64: max(0, body.count - 2 * bodyLines) / 4 * 3
        default: body.count
        }
    }
}

/// The Content fields of an entity besides its type and transfer encoding, as they stand in the message.
package struct ContentFields: Sendable {
    /// `<id>`, RFC 2045 §7.
    package internal(set) var id: ByteBuffer?
    /// RFC 2045 §8.
    package internal(set) var description: ByteBuffer?
    /// RFC 1864.
    package internal(set) var md5: ByteBuffer?
    /// RFC 2183.
    package internal(set) var disposition: ParameterizedValue?
    /// RFC 3282.
    package internal(set) var languages: [ByteBuffer] = []
    /// RFC 2557 §4.
    package internal(set) var location: ByteBuffer?
    /// The transfer encoding as written, nil where none is given.
    package internal(set) var encoding: ByteBuffer?
}
