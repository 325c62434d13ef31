internal import Mail
package import NIOCore
internal import Wire

/// The arguments of SEARCH, RFC 9051 §6.4.4.
package struct SearchRequest: Hashable, Sendable {
    /// `search-return-opt`, RFC 4731 §3.1.
    package struct Return: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let min = Return(rawValue: 1)
        package static let max = Return(rawValue: 2)
        package static let all = Return(rawValue: 4)
        package static let count = Return(rawValue: 8)
    }

    /// Nil without `RETURN`: the answer is then `* SEARCH`.
    package var returns: Return?
    /// What the strings are in; US-ASCII without it.
    package var charset: ByteBuffer?
    /// All of them must hold.
    package var keys: [SearchKey]
}

extension CommandReader {
    /// `[SP search-return-opts] [SP "CHARSET" SP charset] 1*(SP search-key)`, RFC 9051 §9.
    package mutating func searchRequest() throws(SyntaxError) -> SearchRequest {
        var request = SearchRequest(keys: [])
        if take("RETURN" as Keyword) {
            try space()
            request.returns = try searchReturns()
            try space()
        }
        if take("CHARSET" as Keyword) {
            try space()
            request.charset = try astring()
            try space()
        }
        var count = 0
        repeat {
            request.keys.append(try searchKey(depth: 0, count: &count))
        } while take(.space)
        return request
    }

    /// RFC 4731 §3.1: `RETURN ()` is `RETURN (ALL)`.
    private mutating func searchReturns() throws(SyntaxError) -> SearchRequest.Return {
        var returns: SearchRequest.Return = []
        try optionList { reader throws(SyntaxError) in
            switch reader.word() {
            case "MIN": returns.insert(.min)
            case "MAX": returns.insert(.max)
            case "ALL": returns.insert(.all)
            case "COUNT": returns.insert(.count)
            default: throw reader.failure(.returnOption)
            }
        }
        return returns.isEmpty ? .all : returns
    }
}
