internal import NIOCore
internal import Wire

/// `status-att`, RFC 9051 §9; RECENT is of RFC 3501.
package enum StatusItem: String, Sendable {
    case messages = "MESSAGES"
    case recent = "RECENT"
    case uidNext = "UIDNEXT"
    case uidValidity = "UIDVALIDITY"
    case unseen = "UNSEEN"
    case deleted = "DELETED"
    case size = "SIZE"
    /// RFC 7162 §3.1.7.
    case highestModSequence = "HIGHESTMODSEQ"
    /// RFC 7889 §5.
    case appendLimit = "APPENDLIMIT"

    static let table: [Keyword: StatusItem] = [
        "MESSAGES": .messages, "RECENT": .recent, "UIDNEXT": .uidNext, "UIDVALIDITY": .uidValidity, "UNSEEN": .unseen,
        "DELETED": .deleted, "SIZE": .size, "HIGHESTMODSEQ": .highestModSequence, "APPENDLIMIT": .appendLimit,
    ]
}

extension CommandReader {
    /// `"(" status-att *(SP status-att) ")"`.
    package mutating func statusItems() throws(SyntaxError) -> [StatusItem] {
        try list { reader throws(SyntaxError) in
            let start = reader
            guard let word = reader.word(), let item = StatusItem.table[word] else { throw start.failure(.statusItem) }
            return item
        }
    }
}
