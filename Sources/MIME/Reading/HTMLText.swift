internal import Wire

/// The words of an HTML text, for indexes and previews. Not a sanitiser: its result is plain text and is escaped like any.
package enum HTMLText {
    /// What a reader would see, roughly: no tags, no comments, nothing of scripts and styles, entities decoded, blocks
    /// as lines, white space collapsed.
    ///
    /// - Parameter limit: octets of the result (it may be a little longer).
    package static func extract(_ html: String, limit: Int = .max) -> String {
        var reader = HTMLTextReader(Array(html.utf8), limit: limit)
        return reader.read()
    }

    /// The charset of a `meta` element within the first 2,048 octets, for parts that do not say theirs.
    static func declaredCharset(_ octets: [UInt8]) -> String? {
        let head = octets.prefix(2_048).map { $0 < 0x80 ? $0.lowercasedASCII : UInt8(ascii: "?") }
        let text = Array("charset=".utf8)
        var index = 0
        while index + text.count < head.count {
            if head[index] == text[0], head[index..<index + text.count].elementsEqual(text) {
                let value = head[(index + text.count)...].drop { $0 == .quote || $0 == UInt8(ascii: "'") || $0 == .space }
                let name = value.prefix { ByteClass.token.contains($0) && $0 != UInt8(ascii: "'") }
                // It can be read as ASCII, so it is no UTF-16.
                return name.isEmpty || name.starts(with: "utf-16".utf8) ? nil : String(decoding: name, as: UTF8.self)
            }
            index += 1
        }
        return nil
    }
}

private struct HTMLTextReader {
    private let octets: [UInt8]
    private let limit: Int
    private var index = 0
    private var text: [UInt8] = []
    /// White space that is written before the next word.
    private var gap: UInt8?
    /// Elements that are known to have no closing tag any more: it is looked for once.
    private var unclosed: Set<String> = []

    private static let blocks: Set<String> = [
        "p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "hr", "pre",
        "section",
        "article", "header", "footer", "dt", "dd", "center", "address",
    ]
    private static let nameOctets = ByteClass.letter.union(.digit)
    private static let cells: Set<String> = ["td", "th"]
    /// Elements whose content nobody sees.
    private static let hidden: Set<String> = ["script", "style", "title", "head", "template", "noscript", "object", "svg"]

    init(_ octets: [UInt8], limit: Int) { (self.octets, self.limit) = (octets, limit) }

    mutating func read() -> String {
        while index < octets.count, text.count < limit {
            let octet = octets[index]
            if octet == UInt8(ascii: "<") {
                markup()
            } else if octet == UInt8(ascii: "&") {
                entity()
            } else {
                if octet <= .space { gap = gap ?? .space } else { put(octet) }
                index += 1
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func put(_ octet: UInt8) {
        if let gap, !text.isEmpty { text.append(gap) }
        gap = nil
        text.append(octet)
    }

    private mutating func markup() {
        guard index + 1 < octets.count else {
            index += 1
            return
        }
        let next = octets[index + 1]
        if next == UInt8(ascii: "!") || next == UInt8(ascii: "?") { return declaration() }
        let isClosing = next == UInt8(ascii: "/")
        let start = isClosing ? index + 2 : index + 1
        guard start < octets.count, ByteClass.letter.contains(octets[start]) else {
            // A `<` that begins no tag is text.
            put(octets[index])
            index += 1
            return
        }
        var end = start
        while end < octets.count, end - start < 20, Self.nameOctets.contains(octets[end]) { end += 1 }
        let name = Array(octets[start..<end]).lowercasedASCII
        index = end
        skipTag()
        if Self.blocks.contains(name) { gap = .lineFeed } else if Self.cells.contains(name) { gap = gap ?? .space }
        if !isClosing, Self.hidden.contains(name) { skipElement(name) }
    }

    /// Up to the `>`, which quotes may hide.
    private mutating func skipTag() {
        var quote: UInt8?
        while index < octets.count {
            let octet = octets[index]
            index += 1
            if let open = quote {
                if octet == open { quote = nil }
            } else if octet == UInt8(ascii: ">") {
                return
            } else if octet == .quote || octet == UInt8(ascii: "'") {
                quote = octet
            }
        }
    }

    /// A comment goes to its `-->`, another declaration to its `>`.
    private mutating func declaration() {
        let isComment = octets[index...].starts(with: "<!--".utf8)
        index += isComment ? 4 : 2
        while index < octets.count {
            if octets[index] == UInt8(ascii: ">"), !isComment || (octets[index - 1] == 0x2d && octets[index - 2] == 0x2d) {
                index += 1
                return
            }
            index += 1
        }
    }

    /// To behind the closing tag; an element without one hides nothing but its own tag.
    private mutating func skipElement(_ name: String) {
        guard !unclosed.contains(name) else { return }
        let closing = Array("</\(name)".utf8)
        var end = index
        while end + closing.count <= octets.count {
            if octets[end] == UInt8(ascii: "<"),
                octets[end..<end + closing.count].elementsEqual(closing, by: { $0.lowercasedASCII == $1 })
            {
                index = end + closing.count
                skipTag()
                return
            }
            end += 1
        }
        unclosed.insert(name)
        if name == "script" || name == "style" { index = octets.count }
    }

    private mutating func entity() {
        let end = octets[index...].prefix(34).firstIndex(of: UInt8(ascii: ";"))
        guard let end, let scalar = HTMLEntities.scalar(octets[(index + 1)..<end]) else {
            put(UInt8(ascii: "&"))
            index += 1
            return
        }
        index = end + 1
        switch scalar.value {
        case 0...0x20, 0xa0: gap = gap ?? .space
        case 0xad, 0x200b...0x200f, 0x2060, 0xfeff, 0x34f: break  // invisible; previews are padded with these
        default: for octet in String(scalar).utf8 { put(octet) }
        }
    }
}
