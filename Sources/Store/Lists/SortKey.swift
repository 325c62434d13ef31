/// What lists are sorted by: without case, and Latin letters without their marks.
enum SortKey {
    /// Characters of a key; beyond, UIDs decide.
    private static let length = 48

    static func key(_ text: String) -> String { String(fold(text).prefix(length)) }

    static func fold(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        var result = String.UnicodeScalarView()
        for scalar in text.lowercased().unicodeScalars where !(0x300...0x36f).contains(scalar.value) {
            result.append(plain[scalar] ?? scalar)
        }
        return String(result)
    }

    private static let plain: [Unicode.Scalar: Unicode.Scalar] = {
        let groups: [(Unicode.Scalar, String)] = [
            ("a", "àáâãäåāăąǎ"), ("c", "çćĉċč"), ("d", "ďđð"), ("e", "èéêëēĕėęě"), ("g", "ĝğġģ"), ("h", "ĥħ"), ("i", "ìíîïĩīĭįı"),
            ("j", "ĵ"), ("k", "ķ"), ("l", "ĺļľŀł"), ("n", "ñńņňŋ"), ("o", "òóôõöøōŏő"), ("r", "ŕŗř"), ("s", "śŝşšș"),
            ("t", "ţťŧț"), ("u", "ùúûüũūŭůűų"), ("w", "ŵ"), ("y", "ýÿŷ"), ("z", "źżž"),
        ]
        var table: [Unicode.Scalar: Unicode.Scalar] = [:]
        for (letter, marked) in groups { for scalar in marked.unicodeScalars { table[scalar] = letter } }
        return table
    }()
}
