package import NIOCore
internal import Wire

/// The cursor over one command's octets, its literals in place (`{3}` CRLF and three octets).
///
/// Each production of the grammar is a function in a file of its own. A function that throws leaves the cursor anywhere:
/// who wants to try copies the reader first, which is cheap.
package struct CommandReader: Sendable {
    package let limits: IMAPLimits
    private var octets: ByteBuffer
    private let start: Int

    package init(_ octets: ByteBuffer, limits: IMAPLimits = IMAPLimits()) {
        self.octets = octets
        self.limits = limits
        start = octets.readerIndex
    }

    /// Octets before the cursor.
    package var offset: Int { octets.readerIndex - start }

    package var isAtEnd: Bool { octets.readableBytes == 0 }

    func failure(_ expected: Expected) -> SyntaxError { SyntaxError(expected: expected, offset: offset) }

    /// The next octet, which stays.
    var next: UInt8? { octets.getInteger(at: octets.readerIndex) }

    /// Takes the next octet if it is `octet`.
    mutating func take(_ octet: UInt8) -> Bool {
        guard next == octet else { return false }
        octets.moveReaderIndex(forwardBy: 1)
        return true
    }

    mutating func take(_ octet: UInt8, or expected: Expected) throws(SyntaxError) {
        guard take(octet) else { throw failure(expected) }
    }

    mutating func space() throws(SyntaxError) { try take(.space, or: .space) }

    func end() throws(SyntaxError) {
        guard isAtEnd else { throw failure(.end) }
    }

    mutating func digit() -> UInt8? {
        guard let value = next?.decimalValue else { return nil }
        octets.moveReaderIndex(forwardBy: 1)
        return value
    }

    /// The longest run of octets of `members` from the cursor on, which may be empty.
    mutating func run(of members: ByteClass) -> ByteBuffer {
        let length = runLength(of: members)
        return octets.readSlice(length: length) ?? ByteBuffer()
    }

    /// The next `length` octets; nil where there are fewer.
    mutating func slice(_ length: Int) -> ByteBuffer? { octets.readSlice(length: length) }

    /// Octets from the cursor to the first `octet`, or nil.
    func distance(to octet: UInt8) -> Int? { octets.firstOffset(of: octet) }

    /// A word of the protocol; nil where the octets at the cursor are none, and then they stay.
    mutating func word() -> Keyword? {
        let length = runLength(of: .word)
        guard let slice = octets.getSlice(at: octets.readerIndex, length: length), let word = Keyword(slice) else { return nil }
        octets.moveReaderIndex(forwardBy: length)
        return word
    }

    mutating func word(or expected: Expected) throws(SyntaxError) -> Keyword {
        guard let word = word() else { throw failure(expected) }
        return word
    }

    /// Takes `word` if it stands at the cursor, whatever its case.
    mutating func take(_ word: Keyword) -> Bool {
        var ahead = self
        guard ahead.word() == word else { return false }
        self = ahead
        return true
    }

    /// `"(" item *(SP item) ")"`, with at most `limits.items` items; `()` is refused.
    mutating func list<Item>(_ item: (inout CommandReader) throws(SyntaxError) -> Item) throws(SyntaxError) -> [Item] {
        try take(UInt8(ascii: "("), or: .listStart)
        var items = [try item(&self)]
        while !take(UInt8(ascii: ")")) {
            guard take(.space) else { throw failure(.listEnd) }
            guard items.count < limits.items else { throw failure(.fewerItems) }
            items.append(try item(&self))
        }
        return items
    }

    private func runLength(of members: ByteClass) -> Int {
        let bytes = octets.readableBytesUInt8Span
        var length = 0
        while length < bytes.count, members.contains(bytes[length]) { length += 1 }
        return length
    }
}
