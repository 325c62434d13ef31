/// A finding about the configuration: where, what, and what cures it.
package struct Diagnostic: Sendable, Codable, Hashable {
    package enum Severity: String, Sendable, Codable {
        case error, warning
    }

    package var severity: Severity
    /// Stable, for scripts and for looking up: `unknown-key`.
    package var code: String
    package var position: SourcePosition
    /// A sentence without its full stop: what was found, what is allowed, what is nearest.
    package var message: String
    /// The line that `position` names, without its line end; nil where there is none to show.
    package var sourceLine: String?
    /// How many scalars from `position` on are meant; at least 1.
    package var length: Int
    /// What else helps, a line each: what is allowed, what to do.
    package var notes: [String]
    /// Other places that belong to it, such as the first declaration of what is declared twice.
    package var related: [RelatedPlace]

    package init(
        _ severity: Severity = .error, code: String, at position: SourcePosition, _ message: String, sourceLine: String? = nil,
        length: Int = 1, notes: [String] = [], related: [RelatedPlace] = []
    ) {
        self.severity = severity
        self.code = code
        self.position = position
        self.message = message
        self.sourceLine = sourceLine
        self.length = length
        self.notes = notes
        self.related = related
    }
}

/// Another place that a finding names.
package struct RelatedPlace: Sendable, Codable, Hashable {
    package var position: SourcePosition
    /// What is there: "first declared".
    package var message: String

    package init(_ position: SourcePosition, _ message: String) {
        self.position = position
        self.message = message
    }
}
