internal import NIOCore
internal import Wire

/// `partial`, RFC 9051 §9: octets of a section.
package struct Partial: Hashable, Sendable {
    package let offset: Int
    /// At least 1.
    package let length: Int
}

/// `fetch-att`, RFC 9051 §9: one data item of FETCH.
package enum FetchItem: Hashable, Sendable {
    case uid, flags, internalDate, size, envelope, body, bodyStructure, modSequence
    /// `BODY[...]`; without `peek` it sets `\Seen`.
    case section(Section, Partial?, peek: Bool)
    /// `RFC822`, `RFC822.HEADER` and `RFC822.TEXT`, RFC 3501 §6.4.5: sections under an older name.
    case legacy(LegacySection)
}

package enum LegacySection: Sendable {
    case message, header, text
}

/// FETCH's arguments behind the sequence set.
package struct FetchRequest: Hashable, Sendable {
    package var items: [FetchItem]
    /// `CHANGEDSINCE`, RFC 7162 §3.1.4.1.
    package var changedSince: UInt64?
}

extension FetchItem {
    static let table: [Keyword: FetchItem] = [
        "UID": .uid, "FLAGS": .flags, "INTERNALDATE": .internalDate, "RFC822.SIZE": .size, "ENVELOPE": .envelope,
        "BODYSTRUCTURE": .bodyStructure, "MODSEQ": .modSequence, "RFC822": .legacy(.message), "RFC822.HEADER": .legacy(.header),
        "RFC822.TEXT": .legacy(.text),
    ]

    /// RFC 9051 §6.4.5.
    static let macros: [Keyword: [FetchItem]] = [
        "FAST": [.flags, .internalDate, .size],
        "ALL": [.flags, .internalDate, .size, .envelope],
        "FULL": [.flags, .internalDate, .size, .envelope, .body],
    ]
}

extension CommandReader {
    /// `("ALL" / "FULL" / "FAST" / fetch-att / "(" fetch-att *(SP fetch-att) ")") [fetch-modifiers]`.
    package mutating func fetchRequest() throws(SyntaxError) -> FetchRequest {
        var request = FetchRequest(items: try fetchItems())
        guard take(.space) else { return request }
        let modifiers = try list { reader throws(SyntaxError) in
            guard reader.take("CHANGEDSINCE" as Keyword) else { throw reader.failure(.modifier) }
            try reader.space()
            return try reader.number64()
        }
        request.changedSince = modifiers.last
        return request
    }

    private mutating func fetchItems() throws(SyntaxError) -> [FetchItem] {
        var ahead = self
        if let word = ahead.word(), let items = FetchItem.macros[word] {
            self = ahead
            return items
        }
        guard next == UInt8(ascii: "(") else { return [try fetchItem()] }
        return try list { reader throws(SyntaxError) in try reader.fetchItem() }
    }

    /// `fetch-att`, RFC 9051 §9.
    mutating func fetchItem() throws(SyntaxError) -> FetchItem {
        let start = self
        let word = try word(or: .fetchItem)
        switch word {
        case "BODY":
            guard next == UInt8(ascii: "[") else { return .body }
            return .section(try section(), try partial(), peek: false)
        case "BODY.PEEK": return .section(try section(), try partial(), peek: true)
        default:
            guard let item = FetchItem.table[word] else { throw start.failure(.fetchItem) }
            return item
        }
    }

    /// `"<" number "." nz-number ">"`, or nothing.
    private mutating func partial() throws(SyntaxError) -> Partial? {
        guard take(UInt8(ascii: "<")) else { return nil }
        let offset = try number()
        try take(UInt8(ascii: "."), or: .section)
        let length = try nonzeroNumber()
        try take(UInt8(ascii: ">"), or: .section)
        return Partial(offset: Int(offset), length: Int(length))
    }
}
