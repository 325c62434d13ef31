package import NIOCore
internal import Wire

/// A media type with its parameters, RFC 2045 §5.
package struct ContentType: Sendable, Hashable {
    /// In lower case.
    package let type: String
    package let subtype: String
    package let field: ParameterizedValue

    package init(_ type: String, _ subtype: String) {
        (self.type, self.subtype) = (type, subtype)
        field = ParameterizedValue(unfolded: [])
    }

    /// Nil for a value without a type and a subtype; the one-word type `text` of old mail is `text/plain`.
    package init?(_ value: ByteBuffer) {
        field = ParameterizedValue(value)
        let halves = field.value.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        let words = halves.map { $0.trimmed }
        guard let first = words.first, !first.isEmpty, words.allSatisfy({ $0.allSatisfy(ByteClass.token.contains) }) else {
            return nil
        }
        guard words.count == 2, let second = words.last, !second.isEmpty else {
            guard Array(first).lowercasedASCII == "text" else { return nil }
            (type, subtype) = ("text", "plain")
            return
        }
        (type, subtype) = (Array(first).lowercasedASCII, Array(second).lowercasedASCII)
    }

    /// `type/subtype`.
    package var essence: String { "\(type)/\(subtype)" }
    package var charset: String? { field.parameter("charset") }
    package var name: String? { field.parameter("name") }
    package var isText: Bool { type == "text" }
    package var isMessage: Bool { type == "message" && (subtype == "rfc822" || subtype == "global") }
    /// `format=flowed`, RFC 3676 §4.
    package var isFlowed: Bool { field.rawParameter("format")?.lowercasedASCII == "flowed" }
    /// `delsp=yes`, RFC 3676 §4.3.
    package var deletesSpaces: Bool { field.rawParameter("delsp")?.lowercasedASCII == "yes" }
    var isDigest: Bool { type == "multipart" && subtype == "digest" }

    /// Nil where there is none, or an empty one. Trailing white space is not part of it (RFC 2046 §5.1.1).
    var boundary: [UInt8]? {
        guard let value = field.rawParameter("boundary") else { return nil }
        var boundary = value[...]
        while let last = boundary.last, last.isWhiteSpace { boundary.removeLast() }
        return boundary.isEmpty || boundary.count > ParsingLimits.boundaryLine ? nil : Array(boundary)
    }

    package static let plainText = ContentType("text", "plain")
    package static let html = ContentType("text", "html")
    package static let octetStream = ContentType("application", "octet-stream")
    package static let message = ContentType("message", "rfc822")
}
