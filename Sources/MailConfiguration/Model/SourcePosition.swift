/// Where something stands in the configuration: a file below the configuration folder, and a place in it.
///
/// Lines and columns count from 1, columns in Unicode scalars, as an editor shows them. A position without a line means
/// the file or folder as a whole and has line 0.
package struct SourcePosition: Sendable, Codable, Hashable {
    /// Relative to the configuration folder, with `/`: `tenants/acme/accounts.yaml`.
    package var file: String
    package var line: Int
    package var column: Int

    package init(file: String, line: Int = 0, column: Int = 0) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// No place: what `ConfigurationTree.forgetPositions()` leaves, so that two trees can be compared by meaning.
    package static let nowhere = SourcePosition(file: "")
}

extension SourcePosition: Comparable, CustomStringConvertible {
    package static func < (left: SourcePosition, right: SourcePosition) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }

    /// `file:line:column`, or the file alone where it has no line.
    package var description: String { line == 0 ? file : "\(file):\(line):\(column)" }
}
