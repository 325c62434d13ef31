/// What one look of `malaposta doctor` has found.
package struct DoctorFinding: Codable, Sendable, Hashable {
    package enum Verdict: String, Codable, Sendable {
        case good, warning, problem
        /// Not looked at; `now` says why.
        case skipped
    }

    /// What was looked at: `reverse name of 192.0.2.1`.
    package var probe: String
    package var verdict: Verdict
    package var now: String
    package var wanted: String
    /// What happens to mail because of it; nil where all is well.
    package var consequence: String?

    package init(
        _ probe: String, _ verdict: Verdict, now: String, wanted: String, consequence: String? = nil
    ) {
        self.probe = probe
        self.verdict = verdict
        self.now = now
        self.wanted = wanted
        self.consequence = consequence
    }

    static func good(_ probe: String, _ now: String, wanted: String) -> DoctorFinding {
        DoctorFinding(probe, .good, now: now, wanted: wanted)
    }
}

/// Everything that `malaposta doctor` has found.
package struct DoctorReport: Codable, Sendable, Hashable {
    package var schema = 1
    package var findings: [DoctorFinding]

    package init(_ findings: [DoctorFinding]) { self.findings = findings }

    package var isFine: Bool { !findings.contains { $0.verdict == .problem } }

    /// At most 80 columns, but for names that are longer.
    package var text: String {
        var lines: [String] = []
        for finding in findings {
            if finding.verdict == .good {
                var table = TwoColumns(titleWidth: 9)
                table.add("good", "\(finding.probe): \(finding.now)")
                lines += table.lines.map { String($0.dropFirst(2)) }
                continue
            }
            var head = TwoColumns(titleWidth: 9)
            head.add(finding.verdict.rawValue, finding.probe)
            lines += head.lines.map { String($0.dropFirst(2)) }
            var table = TwoColumns(titleWidth: 12)
            table.add("  now", finding.now)
            table.add("  wanted", finding.wanted)
            if let consequence = finding.consequence { table.add("  so", consequence) }
            lines += table.lines
        }
        let problems = findings.count { $0.verdict == .problem }
        let warnings = findings.count { $0.verdict == .warning }
        let words = [
            problems == 1 ? "1 problem" : "\(problems) problems",
            warnings == 1 ? "1 warning" : "\(warnings) warnings",
        ]
        return (lines + ["", words.joined(separator: ", ")]).joined(separator: "\n")
    }
}
