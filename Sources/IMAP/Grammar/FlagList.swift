package import Mail
internal import NIOCore
internal import Wire

/// `flag-list`, RFC 9051 §9: system flags, and keywords as tags.
package struct FlagList: Hashable, Sendable {
    package var system: SystemFlags
    package var tags: [Tag]

    package init(_ system: SystemFlags = [], tags: [Tag] = []) {
        self.system = system
        self.tags = tags
    }
}

extension CommandReader {
    /// `flag-list`, RFC 9051 §9, at most `limits.flags` flags.
    package mutating func flagList() throws(SyntaxError) -> FlagList {
        try take(UInt8(ascii: "("), or: .listStart)
        if take(UInt8(ascii: ")")) { return FlagList() }
        let flags = try bareFlags()
        try take(UInt8(ascii: ")"), or: .listEnd)
        return flags
    }

    /// `flag *(SP flag)`, as STORE takes it without parentheses.
    mutating func bareFlags() throws(SyntaxError) -> FlagList {
        var list = FlagList()
        var count = 0
        repeat {
            guard count < limits.flags else { throw failure(.fewerFlags) }
            count += 1
            try flag(into: &list)
        } while take(.space)
        return list
    }

    /// `flag`, RFC 9051 §9. `\Recent` is passed over: it cannot be set (RFC 3501 §2.3.2), but clients copy what they saw.
    private mutating func flag(into list: inout FlagList) throws(SyntaxError) {
        let start = self
        if take(.backslash) {
            let name = word()
            if name == "RECENT" { return }
            guard let name, let flag = FlagTable.system[name] else { throw start.failure(.flag) }
            list.system.insert(flag)
            return
        }
        let atom = try atom()
        if let name = Keyword(atom), let flag = FlagTable.keywords[name] {
            list.system.insert(flag)
            return
        }
        guard let tag = Tag(String(buffer: atom)) else { throw start.failure(.flag) }
        if !list.tags.contains(tag) { list.tags.append(tag) }
    }

    /// `flag-keyword`, RFC 9051 §9, of a search.
    mutating func flagKeyword() throws(SyntaxError) -> FlagList {
        var list = FlagList()
        guard next != .backslash else { throw failure(.flag) }
        try flag(into: &list)
        return list
    }
}
