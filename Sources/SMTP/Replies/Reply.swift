/// A server's answer: `Reply-line`, RFC 5321 §4.2, with the enhanced status of RFC 2034.
package struct Reply: Hashable, Sendable, Codable {
    /// 200 through 599.
    package let code: Int
    /// Nil in greetings, EHLO and intermediate replies, which have none.
    package let status: EnhancedStatus?
    /// At least one; without code and status.
    package let lines: [String]

    package init(_ code: Int, _ status: EnhancedStatus? = nil, _ lines: [String]) {
        self.code = code
        self.status = status
        self.lines = lines.isEmpty ? [""] : lines
    }

    package init(_ code: Int, _ status: EnhancedStatus? = nil, _ text: String) { self.init(code, status, [text]) }
}

extension Reply {
    /// 2xx: done.
    package var isPositive: Bool { (200..<300).contains(code) }
    /// 3xx: more is waited for.
    package var isIntermediate: Bool { (300..<400).contains(code) }
    /// 4xx: trying again later may help.
    package var isTransient: Bool { (400..<500).contains(code) }
    /// 5xx: trying the same again does not help.
    package var isPermanent: Bool { code >= 500 }
}

extension Reply: CustomStringConvertible {
    /// On one line, for logs and notices: `550 5.1.1 No such address here`.
    package var description: String {
        ([String(code)] + (status.map { [$0.description] } ?? []) + lines).joined(separator: " ")
    }
}
