/// What `malaposta config show` says: every value in force, and where it comes from.
package struct EffectiveReport: Sendable {

    private let values: [EffectiveValue]

    package init(_ reading: ConfigurationReading) { values = Self.grouped(reading.effective) }

    /// The keys of one mapping together, each group where its first key stands.
    private static func grouped(_ values: [EffectiveValue]) -> [EffectiveValue] {
        var ranks: [[String]: Int] = [:]
        let ranked = values.enumerated().map { index, value in
            let close = value.key.lastIndex(of: "]") ?? value.key.startIndex
            let group = value.key[close...].lastIndex(of: ".").map { value.key[..<$0] } ?? ""
            let fileRank = ranks[[value.file]] ?? ranks.count
            ranks[[value.file]] = fileRank
            let rank = ranks[[value.file, String(group)]] ?? ranks.count
            ranks[[value.file, String(group)]] = rank
            return (fileRank, rank, index)
        }
        return ranked.sorted { $0 < $1 }.map { values[$0.2] }
    }

    /// A block for each file; behind each value the line that sets it, or `default`.
    package var text: String {
        var lines: [String] = []
        for file in files {
            let inFile = values.filter { $0.file == file }
            if !lines.isEmpty { lines.append("") }
            lines.append("\(file):")
            lines += inFile.map { "  \($0.key): \(Self.text($0.value))  (\(Self.origin($0)))" }
        }
        return lines.joined(separator: "\n")
    }

    package var json: JSONValue {
        .object([
            "schema": 1,
            "values": .array(
                values.map { value in
                    .object([
                        "file": .string(value.file), "key": .string(value.key), "value": value.value,
                        "set_at": value.position.map { .string($0.description) },
                    ])
                }),
        ])
    }

    private var files: [String] {
        var seen: Set<String> = []
        return values.map(\.file).filter { seen.insert($0).inserted }
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
