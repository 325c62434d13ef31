/// Compiles templates.
struct TemplateReader {
    /// Partials one inside another.
    private static let depth = 10

    /// Sources by name, for partials.
    let sources: [String: String]
    /// Values that are written out at once, by their whole name: `t.reply`.
    let constants: [String: String]

    /// - Throws: for a section that is not closed, a partial that is not there, or a tag of another kind.
    func template(named name: String) throws(TemplateError) -> Template {
        Template(pieces: Self.joined(try pieces(of: name, depth: 0)))
    }

    private func pieces(of name: String, depth: Int) throws(TemplateError) -> [Template.Piece] {
        guard let source = sources[name] else { throw TemplateError(description: "there is no template “\(name)”") }
        guard depth < Self.depth else { throw TemplateError(description: "“\(name)” stands within itself") }
        var rest = source[...]
        let pieces = try block(&rest, closing: nil, depth: depth)
        return pieces
    }

    private enum Tag { case open, inverted, close, partial, value }

    /// Up to the tag that closes the section, or to the end.
    private func block(_ rest: inout Substring, closing: String?, depth: Int) throws(TemplateError) -> [Template.Piece] {
        var pieces: [Template.Piece] = []
        while let start = rest.firstRange(of: "{{") {
            pieces.append(.text(String(rest[..<start.lowerBound])))
            guard let end = rest[start.upperBound...].firstRange(of: "}}") else {
                throw TemplateError(description: "a tag is not closed: \(rest[start.lowerBound...].prefix(40))")
            }
            let (tag, name) = Self.tag(rest[start.upperBound..<end.lowerBound])
            guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && !"{}&=!#^/><".utf8.contains($0) }) else {
                throw TemplateError(description: "a tag that is not understood: {{\(rest[start.upperBound..<end.lowerBound])}}")
            }
            rest = rest[end.upperBound...]
            switch tag {
            case .open: pieces.append(.section(Template.Name(name), Self.joined(try block(&rest, closing: name, depth: depth))))
            case .inverted:
                pieces.append(.inverted(Template.Name(name), Self.joined(try block(&rest, closing: name, depth: depth))))
            case .close:
                guard name == closing else { throw TemplateError(description: "{{/\(name)}} closes no section") }
                return pieces
            case .partial: pieces += try self.pieces(of: name, depth: depth + 1)
            case .value: pieces.append(try value(name))
            }
        }
        if let closing { throw TemplateError(description: "{{#\(closing)}} is not closed") }
        pieces.append(.text(String(rest)))
        return pieces
    }

    private static func tag(_ text: Substring) -> (Tag, String) {
        let name = String(text.dropFirst()).trimmed
        switch text.first {
        case "#": return (.open, name)
        case "^": return (.inverted, name)
        case "/": return (.close, name)
        case ">": return (.partial, name)
        default: return (.value, String(text).trimmed)
        }
    }

    private func value(_ name: String) throws(TemplateError) -> Template.Piece {
        if let constant = constants[name] { return .text(HTMLEscape.escaped(constant)) }
        guard !name.hasPrefix("t.") else {
            throw TemplateError(description: "no language file has the key “\(name.dropFirst(2))”")
        }
        return .value(Template.Name(name))
    }

    /// Texts side by side become one.
    private static func joined(_ pieces: [Template.Piece]) -> [Template.Piece] {
        var result: [Template.Piece] = []
        var text = ""
        for piece in pieces {
            if case .text(let more) = piece {
                text += more
                continue
            }
            if !text.isEmpty { result.append(.text(text)) }
            text = ""
            result.append(piece)
        }
        if !text.isEmpty { result.append(.text(text)) }
        return result
    }
}
