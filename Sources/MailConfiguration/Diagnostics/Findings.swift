/// Collects the findings of one reading, and adds to each the line that it is about.
final class Findings {
    /// Findings that are kept; a file that is wrong throughout would otherwise fill the memory.
    static let limit = 1000

    private(set) var all: [Diagnostic] = []
    private(set) var leftOut = 0
    private var sources: [String: SourceText] = [:]

    /// Makes the lines of a file known, for findings about it.
    func add(_ source: SourceText) { sources[source.file] = source }

    /// Whether no further finding is kept, so that its message need not be made.
    var isFull: Bool { all.count >= Self.limit }

    /// Counts a finding that is not kept.
    func leaveOut() { leftOut += 1 }

    func report(_ finding: Diagnostic) {
        guard !isFull else { return leaveOut() }
        all.append(finding)
    }

    func report(
        _ code: String, at place: SourcePlace, _ message: @autoclosure () -> String, severity: Diagnostic.Severity = .error,
        notes: [String] = [], related: [RelatedPlace] = [], hidesValue: Bool = false
    ) {
        guard !isFull else { return leaveOut() }
        var line = sources[place.position.file]?.line(place.position.line)
        if hidesValue { line = line.map { "\(String($0.unicodeScalars.prefix(place.position.column - 1)))(hidden)" } }
        let length = hidesValue ? "(hidden)".count : place.length
        all.append(
            Diagnostic(
                severity, code: code, at: place.position, message(), sourceLine: line, length: length, notes: notes,
                related: related))
    }

    /// Everything found, in the order of file, line and column.
    func sorted() -> [Diagnostic] {
        var sorted = all.sorted { ($0.position, $0.code, $0.message) < ($1.position, $1.code, $1.message) }
        if leftOut > 0, let last = sorted.last {
            let position = SourcePosition(file: last.position.file)
            sorted.append(Diagnostic(code: "too-many", at: position, "\(leftOut) further findings are not shown"))
        }
        return sorted
    }
}

/// A stretch of one line.
struct SourcePlace: Sendable, Hashable {
    var position: SourcePosition
    /// In scalars; at least 1.
    var length = 1

    init(_ position: SourcePosition, length: Int = 1) {
        self.position = position
        self.length = max(1, length)
    }

    /// The file as a whole.
    init(file: String) { self.init(SourcePosition(file: file)) }
}

/// A value and where it stands.
struct Located<Value: Sendable>: Sendable {
    var value: Value
    var place: SourcePlace

    init(_ value: Value, at place: SourcePlace) {
        self.value = value
        self.place = place
    }

    var position: SourcePosition { place.position }
}

extension Located: Equatable where Value: Equatable {}
