internal import Mail
internal import NIOCore
internal import Wire

extension SpecialUse {
    /// `use-attr`, RFC 6154 §2; nil for folders that have none.
    var attribute: StaticString? {
        switch self {
        case .drafts: "\\Drafts"
        case .sent: "\\Sent"
        case .spam: "\\Junk"
        case .trash: "\\Trash"
        case .inbox, .templates: nil
        }
    }
}

extension CommandReader {
    /// `create-param`s of RFC 6154 §5.1, `(USE (\Drafts ...))`: whether any use is asked for.
    mutating func createParameters() throws(SyntaxError) -> Bool {
        try list { reader throws(SyntaxError) in
            guard reader.take("USE" as Keyword) else { throw reader.failure(.modifier) }
            try reader.space()
            var asksForUse = false
            try reader.optionList { reader throws(SyntaxError) in
                guard reader.take(.backslash), reader.word() != nil else { throw reader.failure(.specialUse) }
                asksForUse = true
            }
            return asksForUse
        }.contains(true)
    }
}
