/// What `malaposta config show` says: every value in force, and where it comes from.
package struct EffectiveReport: Sendable {
    private let reading: ConfigurationReading

    package init(_ reading: ConfigurationReading) { self.reading = reading }

    /// A block for each file; behind each value the line that sets it, or `default`.
    package var text: String {
        var lines: [String] = []
        for file in files {
            let values = reading.effective.filter { $0.file == file }
            if !lines.isEmpty { lines.append("") }
            lines.append("\(file):")
            lines += values.map { "  \($0.key): \(Self.text($0.value))  (\(Self.origin($0)))" }
        }
        return lines.joined(separator: "\n")
    }

    package var json: JSONValue {
        .object([
            "schema": 1,
            "values": .array(
                reading.effective.map { value in
                    .object([
                        "file": .string(value.file), "key": .string(value.key), "value": value.value,
                        "set_at": value.position.map { .string($0.description) },
                    ])
                }),
        ])
    }

    private var files: [String] {
        var seen: Set<String> = []
        return reading.effective.map(\.file).filter { seen.insert($0).inserted }
    }

    private static func origin(_ value: EffectiveValue) -> String {
        guard let position = value.position else { return "default" }
        return position.file == value.file ? "line \(position.line)" : position.description
    }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): String(String.UnicodeScalarView(text.unicodeScalars.map(Quoted.visible)))
        case .array(let items): "[\(items.map(text).joined(separator: ", "))]"
        default: value.description
        }
    }
}
