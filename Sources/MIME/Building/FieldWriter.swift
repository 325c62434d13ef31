internal import Mail
package import NIOCore
internal import Wire

/// Writes header fields, folded at 78 columns where there is white space to fold at (RFC 5322 §2.1.1, §2.2.3).
///
/// Control characters in what it is given become spaces, so no value can end its field.
package struct FieldWriter {
    /// Columns that a line should keep to, and octets that it must keep to, without CRLF.
    static let width = 78
    static let hardLimit = 998

    package private(set) var buffer = ByteBuffer()
    private var column = 0

    package init() {}

    /// A field of text for people: encoded words where needed (RFC 2047 §5 (1)).
    package mutating func text(_ name: String, _ value: String) {
        begin(name)
        for word in EncodedWordWriter.words(value, in: .text, room: Self.width - column - 1) { put(word) }
        end()
    }

    /// A field whose value is made of ASCII words, to be folded between them. Words are written as they are.
    package mutating func words(_ name: String, _ words: [String]) {
        begin(name)
        for word in words { put(word) }
        end()
    }

    /// An address list (RFC 5322 §3.4); nothing without addresses.
    package mutating func addresses(_ name: String, _ addresses: [HeaderAddress]) {
        guard !addresses.isEmpty else { return }
        begin(name)
        for (index, address) in addresses.enumerated() {
            let comma = index < addresses.count - 1 ? "," : ""
            let specification = Self.specification(address)
            guard !address.name.isEmpty else {
                put(specification + comma)
                continue
            }
            for word in EncodedWordWriter.words(address.name, in: .phrase, room: Self.width - column - 1) { put(word) }
            put("<\(specification)>\(comma)")
        }
        end()
    }

    /// Identifiers, each in angle brackets; nothing without any.
    package mutating func identifiers(_ name: String, _ identifiers: [String]) {
        guard !identifiers.isEmpty else { return }
        words(name, identifiers.map { "<\(Self.clean($0).filter { $0 != "<" && $0 != ">" && $0 != " " })>" })
    }

    /// A value with parameters (RFC 2045 §5.1, RFC 2231).
    package mutating func parameterized(_ name: String, _ value: String, _ parameters: [(name: String, value: String)]) {
        var pieces = parameters.flatMap { ParameterWriter.pieces($0.name, $0.value) }
        pieces.insert(Self.clean(value), at: 0)
        words(name, pieces.enumerated().map { $0.offset < pieces.count - 1 ? $0.element + ";" : $0.element })
    }

    /// Octets of other fields as they are, line ends included.
    package mutating func raw(_ octets: ByteBuffer) { buffer.writeImmutableBuffer(octets) }

    /// The empty line.
    package mutating func endHeader() { buffer.writeStaticString("\r\n") }

    private mutating func begin(_ name: String) {
        buffer.writeString("\(name):")
        column = name.utf8.count + 1
    }

    private mutating func end() {
        buffer.writeStaticString("\r\n")
        column = 0
    }

    private mutating func put(_ word: String) {
        let word = Self.clean(word)
        let length = word.utf8.count
        if length > 0, column + 1 + length > Self.width, column > 1 {
            buffer.writeStaticString("\r\n ")
            column = 1
        } else {
            buffer.writeStaticString(" ")
            column += 1
        }
        buffer.writeString(word)
        column += length
    }

    private static func clean(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return text }
        return String(decoding: text.utf8.map { $0 < 0x20 || $0 == 0x7f ? UInt8.space : $0 }, as: UTF8.self)
    }

    /// The address as it may stand in a header: a domain in A-labels, a local part in quotes where it needs them.
    private static func specification(_ address: HeaderAddress) -> String {
        if let mailbox = address.mailbox { return mailbox.description }
        return clean(address.address).filter { $0 != "<" && $0 != ">" && $0 != "," && $0 != " " }
    }
}
