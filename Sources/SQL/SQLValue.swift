package import NIOCore

/// A parameter of a statement.
package enum SQLValue: Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    /// Octets that are UTF-8 already: what is stored as text without becoming a `String` on its way.
    case utf8(ByteBuffer)
    /// Octets without meaning to the database.
    case octets(ByteBuffer)

    package static func octets(_ bytes: [UInt8]) -> SQLValue { .octets(ByteBuffer(bytes: bytes)) }

    package static func number(_ number: some BinaryInteger) -> SQLValue { .integer(Int64(number)) }

    package static func text(orNull text: String?) -> SQLValue { text.map { .text($0) } ?? .null }

    package static func integer(orNull number: Int64?) -> SQLValue { number.map { .integer($0) } ?? .null }
}

extension SQLValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(stringLiteral value: String) { self = .text(value) }
}
