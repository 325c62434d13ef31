/// What one template shows.
///
/// Fields are looked up by name, so a page is plain values: texts, numbers, flags, and lists of further fields. What is absent
/// is left out of the dictionary. The templates escape every text.
protocol Page: Sendable {
    /// The template's file name without its extension.
    static var template: String { get }

    var fields: Fields { get }
}

/// Named values of a template.
typealias Fields = [String: any FieldValue]

extension Fields {
    /// Adds what is there.
    mutating func set(_ name: String, _ value: (any FieldValue)?) {
        if let value { self[name] = value }
    }

    func adding(_ other: Fields) -> Fields { merging(other) { _, new in new } }
}
