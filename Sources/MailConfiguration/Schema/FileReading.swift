/// The reading of one file: where findings go, and where in the file's structure the reader stands.
final class FileReading {
    let file: String
    let findings: Findings
    /// Values with their origin, where they are wanted.
    private(set) var effective: [EffectiveValue] = []
    /// Whether an object was left out for its errors, so that a name which seems unknown may be its.
    var isIncomplete = false
    private let recordsEffective: Bool
    private var path: [String] = []

    init(file: String, findings: Findings, recordsEffective: Bool = false) {
        self.file = file
        self.findings = findings
        self.recordsEffective = recordsEffective
    }

    /// The text of a scalar; anything else is reported.
    func text(of node: YAMLNode, _ label: String, wanted: String) -> String? {
        guard case .scalar(let text) = node.content else {
            reportKind(of: node, label, wanted: wanted)
            return nil
        }
        return text
    }

    func reportKind(of node: YAMLNode, _ label: String, wanted: String) {
        if case .refused = node.content { return }
        guard case .missing = node.content else {
            return findings.report("wrong-type", at: node.place, "\(label) takes \(wanted), not \(node.kind)")
        }
        let cure = wanted.hasPrefix("a list") ? "write [] for none" : "give it one"
        findings.report("missing-value", at: node.place, "\(label) has no value; it takes \(wanted): \(cure), or leave it out")
    }

    func descending<Result>(into key: String, _ work: () -> Result) -> Result {
        path.append(key)
        defer { path.removeLast() }
        return work()
    }

    func record(_ value: @autoclosure () -> JSONValue, from position: SourcePosition?) {
        guard recordsEffective else { return }
        var name = ""
        for key in path { name += key.hasPrefix("[") || name.isEmpty ? key : ".\(key)" }
        effective.append(EffectiveValue(file: file, key: name, value: value(), position: position))
    }
}

/// A value in force, and where it comes from.
package struct EffectiveValue: Sendable, Hashable {
    package var file: String
    /// `limits.connections`, `users[rita].quota`
    package var key: String
    package var value: JSONValue
    /// Nil where it is the default.
    package var position: SourcePosition?
}

extension YAMLNode {
    /// `[rita]` where an item has an id, name or address; its number otherwise.
    func itemLabel(_ index: Int) -> String {
        guard case .mapping(let entries) = content else { return "[\(index)]" }
        for key in ["id", "name", "address", "user"] {
            if case .scalar(let text) = entries.first(where: { $0.key == key })?.value.content { return "[\(text)]" }
        }
        return "[\(index)]"
    }
}
