internal import Mail

/// The words by which the address picker finds a person: lower case, letters of Europe without their diacritics.
enum SearchWords {
    /// Words of the display name, the parts of the local part, and the whole address.
    static func of(_ person: Person) -> Set<String> {
        let local = person.address.localPart
        return Set(words(person.displayName) + words(local) + [folded(person.address.description), folded(local)])
    }

    /// One word in the form that is compared.
    static func folded(_ text: String) -> String {
        var result = ""
        for character in text.lowercased() {
            if let plain = table[character] { result += plain } else { result.append(character) }
        }
        return result
    }

    private static func words(_ text: String) -> [String] {
        text.split { !$0.isLetter && !$0.isNumber }.map { folded(String($0)) }
    }

    /// Compared as characters, so composed and decomposed spellings are the same.
    private static let table: [Character: String] = {
        let rows: [(String, String)] = [
            ("a", "àáâãäåāăą"), ("ae", "æ"), ("c", "çćĉċč"), ("d", "ďđð"), ("e", "èéêëēĕėęě"), ("g", "ĝğġģ"), ("h", "ĥħ"),
            ("i", "ìíîïĩīĭįı"), ("j", "ĵ"), ("k", "ķ"), ("l", "ĺļľŀł"), ("n", "ñńņňŉ"), ("o", "òóôõöøōŏő"), ("oe", "œ"),
            ("r", "ŕŗř"), ("s", "śŝşšș"), ("ss", "ß"), ("t", "ţťŧț"), ("th", "þ"), ("u", "ùúûüũūŭůűų"), ("w", "ŵ"),
            ("y", "ýÿŷ"), ("z", "źżž"),
        ]
        var table: [Character: String] = [:]
        for (plain, letters) in rows { for letter in letters { table[letter] = plain } }
        return table
    }()
}
