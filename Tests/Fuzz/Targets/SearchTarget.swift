@testable import Store

extension FuzzTargets {
    /// What people write into the search box.
    static let search = FuzzTarget(
        name: "search", longest: 2_048,
        pieces: [
            "\"", "\u{201c}", "\u{201e}", "\u{201d}", "*", "-", " OR ", " ", "\u{a0}", "\0", ":", "(", ")", "^", "NEAR(",
            " AND NOT ",
            "body :", "\u{e9}", "\u{4e2d}\u{6587}", "\u{301}", "'", ";", "inv*",
        ]
    ) { octets in
        let search = SearchText(String(decoding: octets, as: UTF8.self))
        try expect(search.groups.allSatisfy { !$0.isEmpty }, "a group is empty")
        let terms = search.groups.joined() + search.excluded
        try expect(terms.count <= 50, "there are \(terms.count) terms")
        for term in terms {
            guard let phrase = SearchWords.phrase(term.text, isPrefix: term.isPrefix) else {
                throw Broken(description: "a term has no word: \(term.text.debugDescription)")
            }
            // FTS5's grammar: one string in quotes, and maybe a star. It reads octets, and knows nothing of Characters.
            let octets = Array(phrase.utf8)
            let rest = octets.dropFirst().drop { $0 != UInt8(ascii: "\"") }.dropFirst()
            try expect(
                octets.first == UInt8(ascii: "\"") && (rest.isEmpty || rest.elementsEqual(" *".utf8)),
                "no phrase of FTS5: \(phrase.debugDescription)")
            try expect(!phrase.utf8.contains(0), "a phrase holds NUL")
        }
        try expect((search.required == nil) == search.groups.isEmpty, "what must match is lost")
        try expect((search.forbidden == nil) == search.excluded.isEmpty, "what must not match is lost")
    }
}
