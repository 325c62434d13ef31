package import Mail
package import NIOCore

/// Where a new message's octets come from: lines end in CRLF, dots are not stuffed.
package struct MessageSource: Sendable {
    package enum Body: Sendable {
        case octets(ByteBuffer)
        /// A file that nobody changes any more. Without a prefix, and on the same file system, it is linked, not copied.
        case file(path: String)
    }

    /// Header fields to stand before the body, like Return-Path and Delivered-To.
    package var prefix: ByteBuffer
    package var body: Body

    package init(prefix: ByteBuffer = ByteBuffer(), body: Body) {
        self.prefix = prefix
        self.body = body
    }

    package init(_ octets: ByteBuffer) { self.init(body: .octets(octets)) }
}

/// A message for a folder.
package struct NewMessage: Sendable {
    package var source: MessageSource
    package var flags: SystemFlags
    package var tags: [Tag]
    /// Seconds since 1970; nil for now.
    package var internalDate: Int64?

    package init(_ source: MessageSource, flags: SystemFlags = [], tags: [Tag] = [], internalDate: Int64? = nil) {
        (self.source, self.flags, self.tags, self.internalDate) = (source, flags, tags, internalDate)
    }
}

/// Where a message came to lie.
package struct Filed: Sendable, Hashable {
    package let message: MessageID
    package let folder: FolderID
    package let uidValidity: UIDValidity
    package let uid: UID
    package let modSequence: ModSequence
}
