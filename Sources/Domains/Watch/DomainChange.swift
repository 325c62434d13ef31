/// What is different between two looks at a domain.
package struct DomainChange: Hashable, Sendable, Codable {
    package enum Direction: String, Hashable, Sendable, Codable {
        case worse, better
    }

    package var direction: Direction
    /// As it is now; for the better, as it was.
    package var finding: Finding

    /// Findings of warnings and errors that came, grew worse, or went.
    package static func between(_ old: [Finding], _ new: [Finding]) -> [DomainChange] {
        let before = Dictionary(old.map { ($0.identity, $0) }) { first, _ in first }
        let after = Dictionary(new.map { ($0.identity, $0) }) { first, _ in first }
        let worse = new.filter { finding in
            finding.severity > .note && finding.severity > (before[finding.identity]?.severity ?? .note)
        }
        let better = old.filter { finding in
            finding.severity > .note && (after[finding.identity]?.severity ?? .fine) < finding.severity
        }
        return worse.map { DomainChange(direction: .worse, finding: $0) }
            + better.map { DomainChange(direction: .better, finding: $0) }
    }
}
