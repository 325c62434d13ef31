/// A line with wildcards: `{text}` and `{}` are any text, also none; any other `{name}` is one or more octets that are kept
/// under the name, and the same again where the name comes again. `{{` is a brace (IMAP's literals: `{{5}`).
struct LinePattern: Sendable, CustomStringConvertible {
    enum Part: Sendable, Equatable {
        case literal(String)
        case any
        case named(String)
    }

    let parts: [Part]
    let description: String

    init(_ text: String) {
        description = text
        var parts: [Part] = []
        var literal = ""
        var rest = Substring(text)
        while let character = rest.popFirst() {
            guard character == "{" else {
                literal.append(character)
                continue
            }
            if rest.first == "{" {
                literal.append("{")
                rest = rest.dropFirst()
                continue
            }
            let name = rest.prefix { $0 != "}" }
            rest = rest.dropFirst(name.count + 1)
            if !literal.isEmpty { parts.append(.literal(literal)) }
            literal = ""
            parts.append(name.isEmpty || name == "text" ? .any : .named(String(name)))
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        self.parts = parts
    }

    /// Whether `line` fits; names are bound where it does.
    func matches(_ line: String, _ names: inout [String: String]) -> Bool {
        guard let bound = Self.match(Array(line.utf8)[...], parts[...], names) else { return false }
        names = bound
        return true
    }

    /// The text with names put in, for what the client sends.
    static func filled(_ text: String, _ names: [String: String]) -> String {
        LinePattern(text).parts.map { part in
            switch part {
            case .literal(let text): text
            case .any: ""
            case .named(let name): names[name] ?? "{\(name)}"
            }
        }.joined()
    }

    private static func match(
        _ line: ArraySlice<UInt8>, _ parts: ArraySlice<Part>, _ names: [String: String]
    ) -> [String: String]? {
        guard let part = parts.first else { return line.isEmpty ? names : nil }
        let others = parts.dropFirst()
        switch part {
        case .literal(let text):
            guard line.starts(with: text.utf8) else { return nil }
            return match(line.dropFirst(text.utf8.count), others, names)
        case .any:
            return (0...line.count).lazy.compactMap { match(line.dropFirst($0), others, names) }.first
        case .named(let name):
            if let known = names[name] { return match(line, [.literal(known)] + others, names) }
            guard !line.isEmpty else { return nil }
            return (1...line.count).lazy.compactMap { length in
                var bound = names
                bound[name] = String(decoding: line.prefix(length), as: UTF8.self)
                return match(line.dropFirst(length), others, bound)
            }.first
        }
    }
}
