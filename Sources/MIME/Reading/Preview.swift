/// The first words of a message, for lists.
package enum Preview {
    /// Characters.
    package static let length = 200
    /// Octets of a body that are looked at.
    static let bodyLimit = 64 << 10

    /// Of plain text: quoted lines, the line that introduces them, and the signature are left out; where nothing else is
    /// there, they are taken.
    package static func plain(_ text: String) -> String {
        let lines = FlowedText.fixedLines(text)
        var kept: [String] = []
        for line in lines {
            if line.quoteDepth == 0, line.text == "-- " || line.text == "--" { break }
            if line.quoteDepth == 0 {
                kept.append(line.text)
            } else if let last = kept.lastIndex(where: { !$0.allSatisfy(\.isWhitespace) }), kept[last].utf8.last == 0x3a {
                kept.removeSubrange(last...)
            }
        }
        let own = collapsed(kept.joined(separator: " "))
        return own.isEmpty ? collapsed(lines.map(\.text).joined(separator: " ")) : own
    }

    package static func html(_ html: String) -> String { collapsed(HTMLText.extract(html, limit: length * 8)) }

    /// At most `length` characters on one line.
    private static func collapsed(_ text: String) -> String {
        var result = ""
        var count = 0
        var isGap = false
        for character in text {
            if character.isWhitespace || character == "\u{0}" || character == "\u{ad}" || character == "\u{200b}" {
                isGap = count > 0
                continue
            }
            if isGap {
                result.append(" ")
                count += 1
                isGap = false
            }
            guard count < length else { break }
            result.append(character)
            count += 1
        }
        return result
    }
}
