/// A compiled template, in the part of Mustache that pages need: values, sections, inverted sections, partials.
///
///     <h2>{{subject}}</h2>{{#tags}}<span class="t{{color}}">{{name}}</span>{{/tags}}{{^tags}}{{t.no_tags}}{{/tags}}
///
/// Every value is escaped; there is no raw form. Partials are put in their place, and what is the same on every page of a language
/// (`constants`) is written out, when the template is read, so that rendering meets only what differs.
struct Template: Sendable {
    enum Piece: Sendable {
        /// Written as it stands.
        case text(String)
        /// A value by its name; `.` is the item of a list of texts.
        case value(Name)
        /// Shown for each item of a list, or once for what is there and neither false nor empty.
        case section(Name, [Piece])
        /// Shown where the section of that name would not be.
        case inverted(Name, [Piece])
    }

    /// `me.name`: looked for in the innermost fields first, then further out; then inside what was found.
    struct Name: Sendable, Hashable {
        let first: String
        let rest: [String]

        init(_ text: some StringProtocol) {
            let parts = text == "." ? ["."] : String(text).split(separator: ".").map(String.init)
            first = parts.first ?? ""
            rest = Array(parts.dropFirst())
        }
    }

    let pieces: [Piece]
}

/// What is wrong with a template.
struct TemplateError: Error, Hashable, CustomStringConvertible {
    let description: String
}
