package import NIOCore

/// A part of a message that is being made: an attachment, or an image of its HTML.
package struct NewPart: Sendable {
    /// Where its octets come from.
    package enum Source: Sendable {
        case octets(ByteBuffer)
        /// Read piece by piece while the message is written.
        /// - `size`: all octets.
        /// - `read`: the octets from an offset on, as many as asked for but at the end; may wait for the disk.
        case stream(size: Int, read: @Sendable (_ offset: Int, _ length: Int) throws -> ByteBuffer)
    }

    /// `image/png`; anything that is no type becomes `application/octet-stream`.
    package var type: String
    package var name: String?
    package var source: Source
    /// Without angle brackets; what `cid:` in the HTML names.
    package var contentID: String?
    package var isInline: Bool

    package init(type: String, name: String?, source: Source, contentID: String? = nil, isInline: Bool = false) {
        self.type = type
        self.name = name
        self.source = source
        self.contentID = contentID
        self.isInline = isInline
    }

    /// A message as an attachment, octet for octet.
    package static func message(_ octets: ByteBuffer, name: String? = nil) -> NewPart {
        NewPart(type: "message/rfc822", name: name, source: .octets(octets))
    }
}
