package import NIOCore
internal import Wire

/// The arguments of LIST, RFC 5258 §6, RFC 6154 §5, RFC 5819.
package struct ListRequest: Hashable, Sendable {
    package struct Selection: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let subscribed = Selection(rawValue: 1)
        package static let recursiveMatch = Selection(rawValue: 2)
        package static let specialUse = Selection(rawValue: 4)
        /// There are no remote mailboxes: taken, and without effect.
        package static let remote = Selection(rawValue: 8)
    }

    package struct Return: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let subscribed = Return(rawValue: 1)
        package static let children = Return(rawValue: 2)
        package static let specialUse = Return(rawValue: 4)
    }

    package var selection: Selection = []
    package var reference = ByteBuffer()
    package var patterns: [ListPattern] = []
    package var returns: Return = []
    /// `RETURN (STATUS (...))`; empty is without.
    package var status: [StatusItem] = []
    /// Whether it was written as RFC 3501 has it: an empty pattern then asks for the delimiter.
    package var isBasic = true
}

extension CommandReader {
    /// `[SP list-select-opts] SP mailbox SP mbox-or-pat [SP list-return-opts]`, RFC 5258 §6.
    package mutating func listRequest() throws(SyntaxError) -> ListRequest {
        var request = ListRequest()
        if next == UInt8(ascii: "(") {
            request.isBasic = false
            request.selection = try selectionOptions()
            try space()
        }
        request.reference = try listReference()
        try space()
        if next == UInt8(ascii: "(") {
            request.isBasic = false
            request.patterns = try list { reader throws(SyntaxError) in try reader.listPattern() }
            guard request.patterns.count <= limits.patterns else { throw failure(.fewerItems) }
        } else {
            request.patterns = [try listPattern()]
        }
        guard take(.space) else { return request }
        request.isBasic = false
        guard take("RETURN" as Keyword) else { throw failure(.returnOption) }
        try space()
        try returnOptions(into: &request)
        return request
    }

    /// The reference name: `mailbox`, possibly empty, in its octets.
    mutating func listReference() throws(SyntaxError) -> ByteBuffer {
        let start = self
        let reference = try astring()
        guard ModifiedUTF7.decode(reference) != nil else { throw start.failure(.mailboxName) }
        return reference
    }

    private mutating func selectionOptions() throws(SyntaxError) -> ListRequest.Selection {
        let start = self
        var options: ListRequest.Selection = []
        try optionList { reader throws(SyntaxError) in
            switch reader.word() {
            case "SUBSCRIBED": options.insert(.subscribed)
            case "RECURSIVEMATCH": options.insert(.recursiveMatch)
            case "SPECIAL-USE": options.insert(.specialUse)
            case "REMOTE": options.insert(.remote)
            default: throw reader.failure(.selectionOption)
            }
        }
        // RFC 5258 §3.1: RECURSIVEMATCH alone, or with REMOTE only, is refused.
        guard !options.contains(.recursiveMatch) || !options.isDisjoint(with: [.subscribed, .specialUse]) else {
            throw start.failure(.selectionOption)
        }
        return options
    }

    private mutating func returnOptions(into request: inout ListRequest) throws(SyntaxError) {
        var returns: ListRequest.Return = []
        var status: [StatusItem] = []
        try optionList { reader throws(SyntaxError) in
            switch reader.word() {
            case "SUBSCRIBED": returns.insert(.subscribed)
            case "CHILDREN": returns.insert(.children)
            case "SPECIAL-USE": returns.insert(.specialUse)
            case "STATUS":
                try reader.space()
                status = try reader.statusItems()
            default: throw reader.failure(.returnOption)
            }
        }
        (request.returns, request.status) = (returns, status)
    }

    /// A list that may be empty.
    mutating func optionList(_ option: (inout CommandReader) throws(SyntaxError) -> Void) throws(SyntaxError) {
        var ahead = self
        if ahead.take(UInt8(ascii: "(")), ahead.take(UInt8(ascii: ")")) {
            self = ahead
            return
        }
        _ = try list(option)
    }
}
