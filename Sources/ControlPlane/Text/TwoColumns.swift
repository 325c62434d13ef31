/// A title and what is said of it, line by line; what is longer than a terminal is wide goes on below itself.
package struct TwoColumns: Sendable {
    /// Columns of a terminal.
    package static let width = 80
    private static let indent = "  "

    private let titleWidth: Int
    package private(set) var lines: [String] = []

    package init(titleWidth: Int = 11) { self.titleWidth = titleWidth }

    /// An empty title goes on with what stands above.
    package mutating func add(_ title: String, _ text: String) {
        let head = Self.indent + title + String(repeating: " ", count: max(1, titleWidth - title.count))
        let room = Self.width - head.count
        for (index, line) in Self.broken(text, room).enumerated() {
            lines.append((index == 0 ? head : String(repeating: " ", count: head.count)) + line)
        }
    }

    /// Words one after another, as many as fit on a line, each line indented.
    package static func wrapped(_ words: [String]) -> [String] {
        broken(words.joined(separator: ", "), width - indent.count).map { indent + $0 }
    }

    /// Broken at spaces; a word that is longer than a line has a line of its own.
    package static func broken(_ text: String, _ room: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if line.isEmpty {
                line = String(word)
            } else if line.count + 1 + word.count <= room {
                line += " \(word)"
            } else {
                lines.append(line)
                line = String(word)
            }
        }
        return lines + [line]
    }
}
