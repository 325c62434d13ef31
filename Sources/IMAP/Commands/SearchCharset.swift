internal import NIOCore
internal import Wire

/// What the strings of a search are in, RFC 9051 §6.4.4: US-ASCII or UTF-8.
struct SearchCharset {
    static let names = ["UTF-8", "US-ASCII"]

    /// Nil for any other charset. Without a name it is US-ASCII, and UTF-8 is taken as well, as clients send it.
    init?(_ name: ByteBuffer?) {
        guard let name else { return }
        guard let word = Keyword(name), Self.names.contains(word.description) else { return nil }
    }

    /// Nil for octets that are no UTF-8, of which US-ASCII is a part.
    func decode(_ octets: ByteBuffer) -> String? { String(validating: octets.readableBytesView, as: UTF8.self) }
}
