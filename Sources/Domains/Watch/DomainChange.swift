/// What is different between two looks at a domain.
package struct DomainChange: Hashable, Sendable, Codable {
    package enum Direction: String, Hashable, Sendable, Codable {
        case worse, better
    }

    package var direction: Direction
    /// As it is now; for the better, as it was.
    package var finding: Finding

    /// Findings of warnings and errors that came, grew worse, or went. What could not be asked now is as it was.
    ///
    /// - Parameter old: the last look's, with what was remembered beside it (`[Finding].remembered`).
    package static func between(_ old: [Finding], _ new: [Finding]) -> [DomainChange] {
        let known = new + new.remembered(of: old)
        let before = Dictionary(old.map { ($0.identity, $0) }) { first, _ in first }
        let after = Dictionary(known.map { ($0.identity, $0) }) { first, _ in first }
        let worse = known.filter { finding in
            finding.severity > .note && finding.severity > (before[finding.identity]?.severity ?? .note)
        }
        let better = old.filter { finding in
            finding.severity > .note && (after[finding.identity]?.severity ?? .fine) < finding.severity
        }
        return worse.map { DomainChange(direction: .worse, finding: $0) }
            + better.map { DomainChange(direction: .better, finding: $0) }
    }
}

extension [Finding] {
    /// Old warnings and errors that hold until they can be judged again: of subjects that this look does not have, as where the
    /// zone does not answer, and of those that it could not ask about wholly.
    package func remembered(of old: [Finding]) -> [Finding] {
        let told = Set(map(\.identity))
        let subjects = Set(map(\.subject))
        let unjudged = Set(Finding.Subject.allCases).subtracting(subjects).union(filter(\.isUnjudged).map(\.subject))
        return old.filter { finding in
            guard finding.severity > .note, unjudged.contains(finding.subject), !told.contains(finding.identity) else {
                return false
            }
            // That something could not be asked is no judgement to keep beside a newer one of that kind.
            return !finding.isUnjudged || !subjects.contains(finding.subject)
        }
    }
}

extension Finding {
    /// Whether it tells that something could not be asked, and so not be judged.
    fileprivate var isUnjudged: Bool { Self.unjudged.contains(code) }

    private static let unjudged: Set<String> = [
        // Where the name, its signatures or its servers fail, no single server is asked.
        "zone-missing", "zone-bogus", "zone-failing", "zone-silent", "zone-unknown",
        "ownership-unreachable", "mx-unreadable", "mx-host-unreadable", "spf-unreadable", "dkim-unreadable", "dmarc-unreadable",
        "mta-sts-unreadable", "mta-sts-policy-missing", "tls-rpt-unreadable", "tlsa-failing", "clients-unreadable",
        "host-unreadable", "ptr-unreadable",
    ]
}
