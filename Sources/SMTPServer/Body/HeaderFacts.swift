internal import NIOCore
internal import Wire

/// What SMTP wants to know of a header.
struct HeaderFacts: Sendable {
    /// Received fields: hosts that the message has passed.
    private(set) var hops = 0
    /// The From fields' bodies, unfolded.
    private(set) var from: [ByteBuffer] = []
    private(set) var hasDate = false
    private(set) var hasMessageID = false

    /// - Parameter fields: whole fields, each line with its line end.
    init(_ fields: ByteBuffer) {
        var rest = fields
        var isFrom = false
        while let end = rest.firstOffset(of: .lineFeed), var line = rest.readSlice(length: end + 1) {
            let first: UInt8? = line.getInteger(at: line.readerIndex)
            if first?.isWhiteSpace == true {
                if isFrom { from[from.count - 1].writeImmutableBuffer(line) }
                continue
            }
            isFrom = false
            guard let colon = line.firstOffset(of: UInt8(ascii: ":")), let name = line.readSlice(length: colon) else { continue }
            line.moveReaderIndex(forwardBy: 1)
            isFrom = note(Self.keyword(name), body: line)
        }
    }

    /// True for a From field.
    private mutating func note(_ name: Keyword?, body: ByteBuffer) -> Bool {
        switch name {
        case "RECEIVED": hops += 1
        case "DATE": hasDate = true
        case "MESSAGE-ID": hasMessageID = true
        case "FROM":
            from.append(ByteBuffer(bytes: body.readableBytesView))
            return true
        default: break
        }
        return false
    }

    /// A field's name; blanks before the colon are let through (RFC 5322 §4.5), and belong to no name.
    static func isName(_ name: ByteBuffer) -> Bool {
        let bare = trimmed(name)
        return !bare.isEmpty && bare.allSatisfy { ByteClass.fieldName.contains($0) }
    }

    private static func keyword(_ name: ByteBuffer) -> Keyword? { Keyword(ByteBuffer(bytes: trimmed(name))) }

    private static func trimmed(_ name: ByteBuffer) -> ByteBufferView {
        var view = name.readableBytesView
        while let last = view.last, last.isWhiteSpace { view.removeLast() }
        return view
    }
}
