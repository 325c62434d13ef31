internal import Yams

/// Reads one YAML document into nodes with places.
///
/// Yams resolves aliases and stops at the first key that stands twice. Both would cost us: an alias can make a small file
/// endless (and Yams hashes keys through aliases), and all errors are wanted at once. So each `*` is replaced by a reserved
/// scalar before Yams sees it and put back afterwards, which makes an alias plain text that can be found and refused; and a
/// key that stands twice is renamed by another reserved scalar, noted, and the file is read again. Every replacement is
/// one scalar for one scalar, so that lines and columns stay true.
struct YAMLReader {
    /// Scalars of the private use area that a file may not hold.
    static let reserved: ClosedRange<Unicode.Scalar> = "\u{F700}"..."\u{F740}"
    /// Stands for `*`.
    private static let star: Unicode.Scalar = "\u{F700}"
    /// Keys standing twice that are reported in one file.
    private static let duplicateLimit = 0x40
    /// How deep lists and mappings may lie in one another.
    static let depthLimit = 16

    private let source: SourceText
    private let findings: Findings
    private var text: String
    /// Places of the renamed keys: line and column.
    private var renamed: [Mark2D: String] = [:]

    private struct Mark2D: Hashable {
        let line: Int
        let column: Int
    }

    init(_ source: SourceText, _ findings: Findings) {
        self.source = source
        self.findings = findings
        let plain = String(decoding: source.octets, as: UTF8.self)
        guard source.octets.contains(UInt8(ascii: "*")) else {
            text = plain
            return
        }
        text = String(String.UnicodeScalarView(plain.unicodeScalars.map { $0 == "*" ? Self.star : $0 }))
    }

    /// The document; nil where it cannot be read, which is then reported.
    static func read(_ source: SourceText, _ findings: Findings) -> YAMLNode? {
        if let (offset, problem) = source.firstMisfit() {
            let code = problem == "is not UTF-8" ? "not-utf8" : "control-character"
            findings.report(
                code, at: SourcePlace(source.position(at: offset)),
                "this \(problem); a configuration file is text in UTF-8 without control characters")
            return nil
        }
        var reader = YAMLReader(source, findings)
        return reader.document()
    }

    private mutating func document() -> YAMLNode? {
        while true {
            do {
                let parser = try Parser(
                    yaml: text, resolver: .basic, constructor: .default, encoding: .utf8)
                guard let root = try parser.singleRoot() else {
                    return YAMLNode(content: .missing, place: SourcePlace(file: source.file))
                }
                // A node knows its anchor only as long as the parser lives.
                return withExtendedLifetime(parser) { node(root, depth: 0) }
            } catch YamlError.duplicatedKeysInMapping(_, let context) where renamed.count < Self.duplicateLimit {
                guard rename(line: context.mark.line, column: context.mark.column) else {
                    return refuse("duplicate-key", context.mark.line, context.mark.column, "this key stands here twice")
                }
            } catch {
                return syntaxError(error)
            }
        }
    }

    /// Makes the key at a place differ from its namesake; false where it has no letter to change.
    private mutating func rename(line: Int, column: Int) -> Bool {
        var text = Array(text.unicodeScalars)
        guard let start = Self.offset(in: text, line: line, column: column), start < text.count else { return false }
        let isQuoted = text[start] == "\"" || text[start] == "'"
        let letter = isQuoted ? start + 1 : start
        let refused: Set<Unicode.Scalar> = ["\"", "'", "\\", "[", "{", "&", "!", "|", ">", ":", "\n", "\r"]
        guard letter < text.count, !refused.contains(text[letter]),
            let mark = Unicode.Scalar(Self.star.value + UInt32(renamed.count) + 1)
        else { return false }
        renamed[Mark2D(line: line, column: column)] = String(Character(text[letter]))
        text[letter] = mark
        self.text = String(String.UnicodeScalarView(text))
        return true
    }

    /// The scalar at a line and column, counting lines as libyaml does.
    private static func offset(in text: [Unicode.Scalar], line: Int, column: Int) -> Int? {
        var current = 1
        var index = 0
        while current < line {
            guard index < text.count else { return nil }
            let scalar = text[index]
            index += 1
            if scalar == "\r", index < text.count, text[index] == "\n" { index += 1 }
            if ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalar) { current += 1 }
        }
        return index + column - 1
    }

    private func node(_ node: Node, depth: Int) -> YAMLNode? {
        guard let mark = node.mark else { return nil }
        if node.anchor != nil {
            return refuse("yaml-anchor", mark, "anchors and aliases are not read here; write the value out")
        }
        guard ["", "!", "tag:yaml.org,2002:str"].contains(tagName(node)) else {
            return refuse("yaml-tag", mark, "tags are not read here; each key already has its kind of value")
        }
        guard depth < Self.depthLimit else {
            return refuse(
                "too-deep", mark, "lists and mappings lie more than \(Self.depthLimit) deep in one another")
        }
        switch node {
        case .scalar(let scalar): return self.scalar(scalar, mark)
        case .sequence(let list):
            return YAMLNode(content: .list(list.compactMap { self.node($0, depth: depth + 1) }), place: place(mark))
        case .mapping(let pairs):
            return YAMLNode(content: .mapping(pairs.compactMap { entry($0.key, $0.value, in: pairs, depth) }), place: place(mark))
        case .alias: return nil
        }
    }

    private func tagName(_ node: Node) -> String {
        switch node {
        case .scalar(let scalar): scalar.tag.description
        case .sequence(let list): list.tag.description
        case .mapping(let pairs): pairs.tag.description
        case .alias: ""
        }
    }

    private func scalar(_ scalar: Node.Scalar, _ mark: Mark) -> YAMLNode? {
        if scalar.style == .plain, scalar.string.unicodeScalars.first == Self.star {
            return refuse("yaml-anchor", mark, "anchors and aliases are not read here; write the value out")
        }
        let text = restored(scalar.string)
        let isQuoted = scalar.style == .singleQuoted || scalar.style == .doubleQuoted
        let isMissing = scalar.style == .plain && (text.isEmpty || text == "~")
        return YAMLNode(content: isMissing ? .missing : .scalar(text), place: place(mark, of: text, isQuoted: isQuoted))
    }

    private func entry(_ key: Node, _ value: Node, in pairs: Node.Mapping, _ depth: Int) -> YAMLEntry? {
        guard let mark = key.mark else { return nil }
        guard case .scalar(let name) = key else {
            _ = refuse(
                "wrong-type", mark.line, mark.column, "a key is a word, not \(key.mapping == nil ? "a list" : "a mapping")")
            return nil
        }
        guard let keyNode = scalar(name, mark), case .scalar = keyNode.content else { return nil }
        if let letter = renamed[Mark2D(line: mark.line, column: mark.column)] {
            reportDuplicate(letter + name.string.unicodeScalars.dropFirst().map { String($0) }.joined(), mark, in: pairs)
            return nil
        }
        guard var valueNode = node(value, depth: depth + 1) else { return nil }
        if case .missing = valueNode.content { valueNode.place = keyNode.place }
        return YAMLEntry(key: restored(name.string), keyPlace: keyNode.place, value: valueNode)
    }

    /// The last key of that name stays; each one before it was renamed, and is named as the other place.
    private func reportDuplicate(_ name: String, _ mark: Mark, in pairs: Node.Mapping) {
        let kept = Array(pairs).last { $0.key.scalar?.string == name }
        guard let other = kept?.key.mark else { return }
        findings.report(
            "duplicate-key", at: place(other, of: restored(name)), "the key \(Quoted.text(restored(name))) stands here twice",
            related: [RelatedPlace(place(mark).position, "the other one")])
    }

    private func restored(_ text: String) -> String {
        guard text.unicodeScalars.contains(Self.star) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == Self.star ? "*" : $0 }))
    }

    /// Quotation marks are counted, escapes are not: looking at the line itself would cost its length for every item in it.
    private func place(_ mark: Mark, of text: String = "", isQuoted: Bool = false) -> SourcePlace {
        let position = SourcePosition(file: source.file, line: mark.line, column: mark.column)
        return SourcePlace(position, length: text.unicodeScalars.count + (isQuoted ? 2 : 0))
    }

    private func refuse(_ code: String, _ mark: Mark, _ message: String) -> YAMLNode {
        findings.report(code, at: place(mark), message)
        return YAMLNode(content: .refused, place: place(mark))
    }

    private func refuse(_ code: String, _ line: Int, _ column: Int, _ message: String) -> YAMLNode? {
        let position = SourcePosition(file: source.file, line: line, column: column)
        findings.report(code, at: SourcePlace(position), message)
        return nil
    }

    private func syntaxError(_ error: any Error) -> YAMLNode? {
        switch error {
        case YamlError.composer(_, _, let mark, _):
            return refuse("yaml-documents", mark.line, mark.column, "a second document begins here; a file holds one")
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _):
            return refuse("yaml-syntax", mark.line, mark.column, YAMLProblem.sentence(problem))
        case YamlError.duplicatedKeysInMapping(_, let context):
            return refuse("duplicate-key", context.mark.line, context.mark.column, "too many keys stand in this file twice")
        default:
            return refuse("yaml-syntax", 1, 1, "this is not YAML")
        }
    }
}
