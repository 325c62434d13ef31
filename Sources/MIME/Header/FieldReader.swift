internal import Wire

/// A cursor over the unfolded value of a structured field: the lexical tokens of RFC 5322 §3.2, read tolerantly.
struct FieldReader {
    let octets: [UInt8]
    var index = 0

    init(_ octets: [UInt8]) { self.octets = octets }

    var isAtEnd: Bool { index >= octets.count }
    var next: UInt8? { index < octets.count ? octets[index] : nil }

    mutating func skip(_ octet: UInt8) -> Bool {
        guard next == octet else { return false }
        index += 1
        return true
    }

    mutating func skipWhiteSpace() {
        while index < octets.count, octets[index].isWhiteSpace || octets[index] < 0x20 { index += 1 }
    }

    /// `CFWS`, RFC 5322 §3.2.2. The text of the last comment, without its parentheses, or nil.
    @discardableResult
    mutating func skipComments() -> [UInt8]? {
        var comment: [UInt8]?
        skipWhiteSpace()
        while next == UInt8(ascii: "(") {
            comment = readComment()
            skipWhiteSpace()
        }
        return comment
    }

    /// Counts its nesting instead of recursing; without its end it goes to the end of the field.
    private mutating func readComment() -> [UInt8] {
        var text: [UInt8] = []
        var depth = 0
        while let octet = next {
            index += 1
            switch octet {
            case UInt8(ascii: "("):
                depth += 1
                if depth == 1 { continue }
            case UInt8(ascii: ")"):
                depth -= 1
                if depth == 0 { return text }
            case .backslash:
                guard let quoted = next else { return text }
                index += 1
                text.append(quoted)
                continue
            default: break
            }
            text.append(octet)
        }
        return text
    }

    /// The content of a `quoted-string`, without quotes and backslashes, RFC 5322 §3.2.4. The cursor stands on the quote.
    mutating func quotedString() -> [UInt8] {
        var text: [UInt8] = []
        index += 1
        while let octet = next {
            index += 1
            if octet == .quote { return text }
            guard octet == .backslash, let quoted = next else {
                text.append(octet)
                continue
            }
            index += 1
            text.append(quoted)
        }
        return text
    }

    /// Octets up to one of `stops`, or the end.
    mutating func run(until stops: ByteClass) -> ArraySlice<UInt8> {
        let start = index
        while index < octets.count, !stops.contains(octets[index]) { index += 1 }
        return octets[start..<index]
    }
}

extension ArraySlice<UInt8> {
    /// Without white space at both ends.
    var trimmed: ArraySlice<UInt8> {
        var result = self
        while let first = result.first, first <= 0x20 { result.removeFirst() }
        while let last = result.last, last <= 0x20 { result.removeLast() }
        return result
    }
}

extension [UInt8] {
    var lowercasedASCII: String { String(decoding: map(\.lowercasedASCII), as: UTF8.self) }
}
