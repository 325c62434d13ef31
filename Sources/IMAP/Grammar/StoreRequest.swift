internal import NIOCore
internal import Wire

/// `store-att-flags`, RFC 9051 §9, and its modifier.
package struct StoreRequest: Hashable, Sendable {
    package enum Change: Sendable {
        case replace, add, remove
    }

    package var change: Change
    /// `.SILENT`: no answer for what the client knows itself.
    package var isSilent: Bool
    package var flags: FlagList
    /// `UNCHANGEDSINCE`, RFC 7162 §3.1.3.
    package var unchangedSince: UInt64?
}

extension StoreRequest {
    static let table: [Keyword: (Change, isSilent: Bool)] = [
        "FLAGS": (.replace, false), "FLAGS.SILENT": (.replace, true), "+FLAGS": (.add, false), "+FLAGS.SILENT": (.add, true),
        "-FLAGS": (.remove, false), "-FLAGS.SILENT": (.remove, true),
    ]
}

extension CommandReader {
    /// `[store-modifiers SP] store-att-flags`, RFC 9051 §9, RFC 7162 §7.
    package mutating func storeRequest() throws(SyntaxError) -> StoreRequest {
        var unchangedSince: UInt64?
        if next == UInt8(ascii: "(") {
            unchangedSince = try list { reader throws(SyntaxError) in
                guard reader.take("UNCHANGEDSINCE" as Keyword) else { throw reader.failure(.modifier) }
                try reader.space()
                return try reader.number64()
            }.last
            try space()
        }
        let start = self
        guard let word = word(), let (change, isSilent) = StoreRequest.table[word] else { throw start.failure(.storeItem) }
        try space()
        let flags = next == UInt8(ascii: "(") ? try flagList() : try bareFlags()
        return StoreRequest(change: change, isSilent: isSilent, flags: flags, unchangedSince: unchangedSince)
    }
}
