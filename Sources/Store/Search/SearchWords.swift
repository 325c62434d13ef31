/// How texts become words, for the index and for what is sought in it alike.
enum SearchWords {
    /// The text with spaces around each character of a script that writes without them, so that every one is a word; a word
    /// that is sought becomes a phrase of them.
    static func separated(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 >= 0xe2 }) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if standsAlone(scalar) {
                result.append(" ")
                result.append(scalar)
                result.append(" ")
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    /// Han, Hiragana, Katakana.
    private static func standsAlone(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x2e80...0x2fdf, 0x3005...0x3007, 0x3041...0x30ff, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xf900...0xfaff,
            0xff66...0xff9f, 0x20000...0x3ffff:
            true
        default: false
        }
    }

    /// The text as a phrase of an FTS5 expression; nil where no word is in it.
    static func phrase(_ text: String, isPrefix: Bool) -> String? {
        let text = separated(text)
        guard text.unicodeScalars.contains(where: { $0.properties.isAlphabetic || $0.properties.numericType != nil }) else {
            return nil
        }
        // By scalars, as FTS5 reads it: a quote with an accent upon it is one Character, and still ends FTS5's string.
        var inner = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where scalar != "\0" { inner.append(scalar == "\"" ? " " : scalar) }
        return "\"\(String(inner))\"" + (isPrefix ? " *" : "")
    }
}
