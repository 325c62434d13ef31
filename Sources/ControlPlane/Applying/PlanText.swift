extension Plan {
    /// A plan as the operator reads it.
    package var text: String {
        guard !isEmpty else {
            return (warnings + ["Nothing to do. Generation \(generation) is in force."]).joined(separator: "\n")
        }
        let names = lines.map(\.name.count).max() ?? 0
        var shown = warnings
        shown += lines.map { line in
            let kind = line.kind.rawValue.padded(to: 7)
            // Beyond fifty columns the notes do not wait for the longest name.
            let notes = line.allNotes
            let name = notes.isEmpty ? line.name : line.name.padded(to: min(names, 50))
            return ([line.change.sign, kind, name].joined(separator: " ") + (notes.isEmpty ? "" : "   "))
                + notes.joined(separator: "; ")
        }
        for change in PlanLine.Change.allCases {
            let left = counts[change] - lines.count { $0.change == change }
            if left > 0 { shown.append("\(change.sign) and \(left) more to \(change.rawValue)") }
        }
        if lines.isEmpty { shown.append("Only the text of the files changes: \(changedFiles.joined(separator: ", ")).") }
        shown.append("\(effect.sentence) \(counts). Plan \(id) on generation \(generation).")
        return shown.joined(separator: "\n")
    }
}

extension PlanLine.Change {
    var sign: String {
        switch self {
        case .add: "+"
        case .change: "~"
        case .retire: "-"
        }
    }
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
