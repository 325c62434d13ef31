/// Text from a file as a message may show it.
enum Quoted {
    /// The longest quotation, in scalars.
    static let longest = 60

    /// In quotation marks, cut where it is long.
    static func text(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(longest).map(visible)
        let isCut = text.unicodeScalars.count > longest
        return "\"\(String(String.UnicodeScalarView(scalars)))\(isCut ? "…" : "")\""
    }

    /// Control and format characters (which could move a terminal's cursor or turn its text around) become U+FFFD, a tab a space.
    static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        if scalar == "\t" { return " " }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: return "\u{FFFD}"
        default: return scalar
        }
    }

    /// `a`, `a and b`, `a, b and c`.
    static func list(_ items: [String], _ conjunction: String = "and") -> String {
        guard let last = items.last, items.count > 1 else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + " \(conjunction) \(last)"
    }
}
