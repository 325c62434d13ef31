package import Mail
internal import NIOCore
package import Wire

/// The names of the flags that have a meaning of their own, RFC 9051 §2.3.2.
package enum FlagTable {
    package static let system: [Keyword: SystemFlags] = [
        "SEEN": .seen, "ANSWERED": .answered, "FLAGGED": .flagged, "DELETED": .deleted, "DRAFT": .draft,
    ]

    /// Keywords that the store keeps as flags: forwarded, and read receipt sent (RFC 3503).
    package static let keywords: [Keyword: SystemFlags] = ["$FORWARDED": .forwarded, "$MDNSENT": .receiptSent]

    /// `(\Seen \Answered)` and so on for each of the 128 values, as they are written in every FETCH.
    static let written: [ByteBuffer] = (UInt8(0)..<128).map { value in
        let names: [(SystemFlags, String)] = [
            (.answered, "\\Answered"), (.flagged, "\\Flagged"), (.deleted, "\\Deleted"), (.seen, "\\Seen"), (.draft, "\\Draft"),
            (.forwarded, "$Forwarded"), (.receiptSent, "$MDNSent"),
        ]
        let flags = SystemFlags(rawValue: value)
        return ByteBuffer(string: "(\(names.filter { flags.contains($0.0) }.map(\.1).joined(separator: " ")))")
    }
}

extension ByteBuffer {
    /// `flag-list`, RFC 9051 §9, with `\Recent` (RFC 3501 §2.3.2) where `isRecent`.
    mutating func write(flags: SystemFlags, tags: some Collection<Tag>, isRecent: Bool = false) {
        let list = FlagTable.written[Int(flags.rawValue & 127)]
        writeImmutableBuffer(list)
        guard isRecent || !tags.isEmpty else { return }
        // What else there is goes before the closing parenthesis.
        moveWriterIndex(to: writerIndex - 1)
        var needsSpace = list.readableBytes > 2
        if isRecent {
            writeStaticString(needsSpace ? " \\Recent" : "\\Recent")
            needsSpace = true
        }
        for tag in tags {
            if needsSpace { writeInteger(UInt8.space) }
            needsSpace = true
            writeString(tag.name)
        }
        writeInteger(UInt8(ascii: ")"))
    }
}
