/// Finds the known word that somebody may have meant.
enum Nearest {
    /// Words that are compared at most; a tenant may have very many accounts.
    static let comparedWords = 5000
    /// Scalars of a word that are compared at most.
    private static let comparedScalars = 64

    /// The known word that fewest slips make of `text`: at most one slip in three letters, so that no nonsense is offered.
    static func word(to text: String, among known: some Sequence<String>) -> String? {
        let wanted = Array(text.lowercased().unicodeScalars.prefix(comparedScalars))
        guard !wanted.isEmpty else { return nil }
        var best: (word: String, slips: Int)?
        for word in known.prefix(comparedWords) {
            let other = Array(word.lowercased().unicodeScalars.prefix(comparedScalars))
            let bound = min(best.map { $0.slips - 1 } ?? .max, max(1, max(wanted.count, other.count) / 3))
            guard abs(wanted.count - other.count) <= bound else { continue }
            let slips = distance(wanted, other, atMost: bound)
            if slips <= bound { best = (word, slips) }
        }
        return best?.word
    }

    /// `; did you mean "policy"?`, or nothing.
    static func suggestion(for text: String, among known: some Sequence<String>) -> String {
        word(to: text, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
    }

    /// Letters added, left out, changed or swapped with their neighbour (optimal string alignment); more than `bound` as soon
    /// as it is sure to be more.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar], atMost bound: Int) -> Int {
        var twoAbove = [Int](repeating: 0, count: right.count + 1)
        var above = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let change = left[row] == right[column] ? 0 : 1
                var slips = min(above[column] + change, above[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    slips = min(slips, twoAbove[column - 1] + 1)
                }
                current.append(slips)
            }
            guard (current.min() ?? 0) <= bound || (above.min() ?? 0) < bound else { return bound + 1 }
            (twoAbove, above) = (above, current)
        }
        return above[right.count]
    }
}
