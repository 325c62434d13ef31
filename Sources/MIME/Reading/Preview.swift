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
        var result: [UInt8] = []
        result.reserveCapacity(octetLimit + 80)
        // Where the last line begins in `result`, while it may introduce a quote.
        var lastLine = 0
        for line in text.utf8.split(separator: .lineFeed, omittingEmptySubsequences: true) {
            guard result.count < octetLimit else { break }
            if !withQuotes, line.first == UInt8(ascii: ">") {
                if result.last == UInt8(ascii: ":") { result.removeSubrange(lastLine...) }
                continue
            }
            if !withQuotes, isSignatureMark(line) { break }
            let start = result.count
            append(withQuotes ? line.drop { $0 == UInt8(ascii: ">") || $0 == .space } : line, to: &result)
            if result.count > start { lastLine = start }
        }
        return result
    }

    private static func append(_ line: some Sequence<UInt8>, to result: inout [UInt8]) {
        var isGap = !result.isEmpty
        for octet in line {
            if octet <= .space {
                isGap = !result.isEmpty
                continue
            }
            if isGap { result.append(.space) }
            isGap = false
            result.append(octet)
        }
    }

    private static func isSignatureMark(_ line: Substring.UTF8View.SubSequence) -> Bool {
        guard line.starts(with: "--".utf8) else { return false }
        return line.dropFirst(2).allSatisfy { $0 <= .space }
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
