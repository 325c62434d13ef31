/// What people write into the search box (F61): words that must all be there, `OR` between alternatives, `"an exact phrase"`,
/// `-word` for what must not be there, and `word*` for beginnings of at least 4 characters.
///
/// Every text is a search; what makes no sense is taken as words.
package struct SearchText: Sendable, Hashable {
    package struct Term: Sendable, Hashable {
        package let text: String
        package let isPrefix: Bool
    }

    /// All of them, of each any term.
    package private(set) var groups: [[Term]] = []
    package private(set) var excluded: [Term] = []

    /// Terms that are looked at; more are passed over.
    private static let limit = 50
    private static let shortestPrefix = 4

    package init(_ text: String) {
        var rest = text.prefix(2_000)[...]
        var joinsNext = false
        var count = 0
        while let (word, isQuoted, isNegated) = Self.word(&rest), count < Self.limit {
            count += 1
            if !isQuoted, !isNegated, word == "OR" {
                joinsNext = !groups.isEmpty
                continue
            }
            guard let term = Self.term(word, isQuoted: isQuoted) else { continue }
            if isNegated {
                excluded.append(term)
            } else if joinsNext {
                groups[groups.count - 1].append(term)
            } else {
                groups.append([term])
            }
            joinsNext = false
        }
    }

    package var isEmpty: Bool { groups.isEmpty && excluded.isEmpty }

    private static func term(_ word: String, isQuoted: Bool) -> Term? {
        let stars = isQuoted ? 0 : word.reversed().prefix { $0 == "*" }.count
        let text = String(word.dropLast(stars))
        guard SearchWords.phrase(text, isPrefix: false) != nil else { return nil }
        return Term(text: text, isPrefix: stars > 0 && text.count >= shortestPrefix)
    }

    /// The next word or phrase.
    private static func word(_ rest: inout Substring) -> (text: String, isQuoted: Bool, isNegated: Bool)? {
        rest = rest.drop { $0.isWhitespace }
        guard !rest.isEmpty else { return nil }
        var ahead = rest
        let isNegated = ahead.first == "-" && ahead.dropFirst().first?.isWhitespace == false
        if isNegated { ahead = ahead.dropFirst() }
        if let first = ahead.first, "\"“„".contains(first) {
            let inner = ahead.dropFirst()
            let end = inner.firstIndex { "\"”“".contains($0) } ?? inner.endIndex
            rest = inner[end...].dropFirst()
            return (String(inner[..<end]), true, isNegated)
        }
        let end = ahead.firstIndex { $0.isWhitespace || $0 == "\"" } ?? ahead.endIndex
        rest = ahead[end...]
        return (String(ahead[..<end]), false, isNegated)
    }

    /// What must match, in FTS5's words; nil where nothing must.
    var required: String? {
        guard !groups.isEmpty else { return nil }
        return groups.map { "(\(Self.anyOf($0)))" }.joined(separator: " AND ")
    }

    /// What must not match, in FTS5's words; nil where nothing is excluded.
    var forbidden: String? { excluded.isEmpty ? nil : Self.anyOf(excluded) }

    private static func anyOf(_ terms: [Term]) -> String {
        terms.compactMap { SearchWords.phrase($0.text, isPrefix: $0.isPrefix) }.joined(separator: " OR ")
    }
}
