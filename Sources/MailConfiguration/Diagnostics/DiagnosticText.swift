/// A finding as a terminal shows it: the sentence, the line with its caret, then notes and other places.
///
/// Nothing from a file reaches the terminal unchanged: control characters are replaced, long lines are cut.
extension Diagnostic: CustomStringConvertible {
    /// Columns of a source line that are shown; a longer line is cut around the caret.
    package static let shownColumns = 70

    package var description: String {
        var lines = ["\(position): \(severity.rawValue)[\(code)]: \(message)"]
        if let sourceLine {
            let (shown, start) = Self.window(on: Array(sourceLine.unicodeScalars), position.column, length)
            let number = String(position.line)
            let gutter = String(repeating: " ", count: max(5, number.count))
            let indent = String(repeating: " ", count: max(0, position.column - 1 - start))
            let carets = max(1, min(length, shown.count - indent.count))
            lines.append("\(gutter.dropFirst(number.count))\(number) | \(shown)")
            lines.append("\(gutter) | \(indent)\(String(repeating: "^", count: carets))")
        }
        lines += notes.flatMap { Self.wrapped("= \($0)") }
        lines += related.map { "      = \($0.position): \($0.message)" }
        return lines.joined(separator: "\n")
    }

    /// The part of a line around `column`, and how many scalars were left out before it.
    private static func window(on line: [Unicode.Scalar], _ column: Int, _ length: Int) -> (String, start: Int) {
        let end = column - 1 + min(length, shownColumns / 2)
        let start = end > shownColumns ? max(0, min(column - shownColumns / 4, line.count - shownColumns)) : 0
        let shownEnd = min(line.count, start + shownColumns)
        guard start < shownEnd else { return ("", start) }
        var shown = line[start..<shownEnd].map(Quoted.visible)
        if start > 0 { shown[0] = "…" }
        if shownEnd < line.count { shown[shown.count - 1] = "…" }
        return (String(String.UnicodeScalarView(shown)), start)
    }

    /// Breaks a note at spaces so that it stays within 80 columns.
    private static func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        var line = "      "
        for word in text.split(separator: " ") {
            if line.count + word.count > 79, line.contains(where: { $0 != " " }) {
                lines.append(line)
                line = "        "
            }
            line += line.last == " " ? String(word) : " \(word)"
        }
        return lines + [line]
    }
}
