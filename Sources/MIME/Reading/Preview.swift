internal import Wire

/// The first words of a message, for lists.
package enum Preview {
    /// Characters.
    package static let length = 200
    /// Octets of a body that are looked at.
    static let bodyLimit = 64 << 10
    /// Octets that hold `length` characters, but for stacks of combining marks.
    private static let octetLimit = 1_000

    /// Of plain text: quoted lines, the line that introduces them, and the signature are left out; where nothing else is
    /// there, they are taken.
    package static func plain(_ text: String) -> String {
        let own = octets(of: text, withQuotes: false)
        return cut(own.isEmpty ? octets(of: text, withQuotes: true) : own)
    }

    package static func html(_ html: String) -> String {
        let text = HTMLText.extract(html, limit: octetLimit)
        return cut(octets(of: text, withQuotes: true))
    }

    /// The text on one line, white space collapsed, as far as a preview can need it.
    private static func octets(of text: String, withQuotes: Bool) -> [UInt8] {
        let text = text.utf8.span
        var result: [UInt8] = []
        result.reserveCapacity(octetLimit + 80)
        // Where the last line begins in `result`, while it may introduce a quote.
        var lastLine = 0
        var next = 0
        while next < text.count, result.count < octetLimit {
            var (start, end) = (next, next)
            while end < text.count, text[end] != .lineFeed { end += 1 }
            next = end + 1
            if start < end, !withQuotes, text[start] == UInt8(ascii: ">") {
                if result.last == UInt8(ascii: ":") { result.removeSubrange(lastLine...) }
                continue
            }
            if !withQuotes, isSignatureMark(text.extracting(start..<end)) { break }
            if withQuotes { while start < end, text[start] == UInt8(ascii: ">") || text[start] == .space { start += 1 } }
            let count = result.count
            append(text.extracting(start..<end), to: &result)
            if result.count > count { lastLine = count }
        }
        return result
    }

    private static func append(_ line: Span<UInt8>, to result: inout [UInt8]) {
        var isGap = !result.isEmpty
        for place in line.indices {
            let octet = line[place]
            if octet <= .space {
                isGap = !result.isEmpty
                continue
            }
            if isGap { result.append(.space) }
            isGap = false
            result.append(octet)
        }
    }

    private static func isSignatureMark(_ line: Span<UInt8>) -> Bool {
        let dash = UInt8(ascii: "-")
        guard line.count >= 2, line[0] == dash, line[1] == dash else { return false }
        return (2..<line.count).allSatisfy { line[$0] <= .space }
    }

    /// At most `length` characters; no-break spaces and invisible marks, with which senders pad, are spaces or nothing.
    private static func cut(_ octets: [UInt8]) -> String {
        let start = octets.prefix(length)
        if start.allSatisfy({ $0 < 0x80 }) { return String(decoding: start, as: UTF8.self) }
        var scalars = String.UnicodeScalarView()
        for scalar in String(decoding: octets, as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case 0xad, 0x34f, 0x200b...0x200f, 0x2060, 0xfeff: continue
            case 0x20, 0xa0: if scalars.last != " " { scalars.append(" ") }
            default: scalars.append(scalar)
            }
        }
        return String(String(scalars).prefix(length))
    }
}
