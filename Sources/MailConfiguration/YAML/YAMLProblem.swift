/// What libyaml says of bad syntax, in words that help somebody who does not know its grammar.
enum YAMLProblem {
    private static let sentences: [String: String] = [
        "mapping values are not allowed in this context":
            "a second \": \" in one line: put text that holds a colon and a space between quotes, and check the indentation",
        "did not find expected key": "a key is expected here; check the indentation and the quotes before it",
        "did not find expected '-' indicator": "a list item (\"- …\") is expected here; check the indentation",
        "did not find expected ',' or ']'": "a list begun with [ is not closed before this place",
        "did not find expected ',' or '}'": "a mapping begun with { is not closed before this place",
        "could not find expected ':'": "a key without its \": \" stands before this place",
        "found unexpected end of stream": "the file ends inside a quoted text",
        "found character that cannot start any token":
            "no value can begin with this character; indent with spaces, not tabs, and put text such as this between quotes",
        "found unknown escape character": "unknown escape in a text between double quotes; write \\\\ for a backslash",
        "block sequence entries are not allowed in this context":
            "a list item (\"- …\") cannot stand here; begin the list on a line of its own",
        "did not find expected <document start>": "something stands here after the end of the document",
        "found a tab character that violates indentation": "a tab; indent with spaces",
        "found undefined tag handle": "tags are not read here; put text that begins with ! between quotes",
    ]

    /// A sentence without its full stop.
    static func sentence(_ problem: String) -> String {
        if problem.hasPrefix("Maximum nesting level") { return "lists and mappings lie too deep in one another" }
        return sentences[problem] ?? "this is not YAML: \(problem)"
    }
}
