/// `macro-string`, RFC 7208 §7.1, parsed.
package struct SPFMacroString: Hashable, Sendable {
    enum Part: Hashable, Sendable {
        case literal(String)
        case macro(Macro)
    }

    /// `%{l r d}`: a letter, how many parts are kept, whether they are reversed, and what parts them.
    struct Macro: Hashable, Sendable {
        var letter: Character
        /// Upper case in the record: what it gives is escaped for URLs (§7.3).
        var escapes: Bool
        /// Nil keeps all.
        var kept: Int?
        var reverses: Bool
        var delimiters: Set<Character>
    }

    let parts: [Part]

    /// - Parameter explains: whether this is the text of an explanation, where `c`, `r`, `t` and spaces are allowed too.
    init(_ text: Substring, explains: Bool = false) throws(SPFSyntaxError) {
        var parts: [Part] = []
        var literal = ""
        var rest = text
        while let character = rest.popFirst() {
            guard character == "%" else {
                guard explains || Self.isVisible(character) else {
                    throw SPFSyntaxError("\"\(text)\" holds a character that is not printable")
                }
                literal.append(character)
                continue
            }
            switch rest.popFirst() {
            case "%": literal.append("%")
            case "_": literal.append(" ")
            case "-": literal.append("%20")
            case "{":
                if !literal.isEmpty { parts.append(.literal(literal)) }
                literal = ""
                parts.append(.macro(try Self.macro(&rest, in: text, explains: explains)))
            default: throw SPFSyntaxError("\"\(text)\" has a % that begins no macro")
            }
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        self.parts = parts
    }

    private static func isVisible(_ character: Character) -> Bool {
        character.asciiValue.map { (0x21...0x7e).contains($0) } ?? false
    }

    private static func macro(_ rest: inout Substring, in text: Substring, explains: Bool) throws(SPFSyntaxError) -> Macro {
        guard let letter = rest.popFirst(), let lower = letter.lowercased().first,
            (explains ? "slodiphcrtv" : "slodiphv").contains(lower)
        else { throw SPFSyntaxError("\"\(text)\" has an unknown macro letter") }
        var digits = ""
        while let next = rest.first, ("0"..."9").contains(next) {
            digits.append(next)
            rest.removeFirst()
        }
        var reverses = false
        if let next = rest.first, next == "r" || next == "R" {
            reverses = true
            rest.removeFirst()
        }
        var delimiters: Set<Character> = []
        while let next = rest.first, ".-+,/_=".contains(next) {
            delimiters.insert(next)
            rest.removeFirst()
        }
        guard rest.popFirst() == "}" else { throw SPFSyntaxError("\"\(text)\" has a macro without its end") }
        // §7.1: a count of zero is an error; more than 128 labels do not exist.
        let kept = digits.isEmpty ? nil : min(Int(digits) ?? 128, 128)
        guard kept != 0 else { throw SPFSyntaxError("\"\(text)\" keeps 0 parts of a macro") }
        return Macro(
            letter: lower, escapes: letter != lower, kept: kept, reverses: reverses,
            delimiters: delimiters.isEmpty ? ["."] : delimiters)
    }

    /// `domain-spec`: ends in a macro, or in a dot and a top label that is not all digits (§7.1, `domain-end`).
    var isDomainSpec: Bool {
        guard let last = parts.last else { return false }
        guard case .literal(let text) = last else { return true }
        let plain = text.hasSuffix(".") ? text.dropLast() : text[...]
        guard let dot = plain.lastIndex(of: ".") else { return false }
        let label = plain[plain.index(after: dot)...]
        guard let first = label.first, let end = label.last, first != "-", end != "-" else { return false }
        let isAlphanumeric = label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        return isAlphanumeric && label.contains { $0.isLetter || $0 == "-" }
    }

    /// Whether it names the validated domain of the client, which costs look-ups.
    var usesValidatedName: Bool {
        parts.contains { part in
            if case .macro(let macro) = part { macro.letter == "p" } else { false }
        }
    }
}

/// What is wrong with a record.
package struct SPFSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
