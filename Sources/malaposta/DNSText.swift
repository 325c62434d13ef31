import ControlPlane
import DNS
import Domains
import Mail

/// How `malaposta dns` words what it found, at 80 columns.
extension DomainReport {
    // MARK: records

    private static let places: [(WantedRecord.Place, String)] = [
        (.domain, "In the zone of DOMAIN"), (.host, "In the zone of this host's name"),
        (.reverse, "With whom gave the host its addresses (reverse zone)"),
    ]

    var zoneText: String {
        var lines: [String] = []
        for (place, title) in Self.places {
            let records = records.filter { $0.place == place }
            guard !records.isEmpty else { continue }
            if !lines.isEmpty { lines.append("") }
            lines.append("; \(title.replacing("DOMAIN", with: domain.ascii))")
            var purpose: WantedRecord.Purpose?
            for record in records {
                if record.purpose != purpose { lines.append("; \(record.purpose.title) (\(record.need.rawValue))") }
                purpose = record.purpose
                lines += record.zoneLines()
            }
        }
        return lines.joined(separator: "\n")
    }

    // MARK: check

    var checkText: String {
        var lines = ["\(domain) is \(state.rawValue).", ""]
        for subject in Finding.Subject.allCases {
            for finding in findings where finding.subject == subject { lines += finding.lines }
        }
        if isPublished {
            lines.append(
                publishingProblems.isEmpty ? "fine     publishing: this host publishes the records itself" : "warning  publishing"
            )
            lines += publishingProblems.flatMap { Wrapped.lines($0, indent: 9) }
        }
        let counts = Finding.Severity.allCases.reversed().compactMap { severity -> String? in
            let count = findings.count { $0.severity == severity }
            return count == 0 ? nil : "\(count) \(severity.rawValue)\(count == 1 || severity == .fine ? "" : "s")"
        }
        return (lines + ["", counts.joined(separator: ", ") + "."]).joined(separator: "\n")
    }

    // MARK: watch

    func watchText(_ events: [DomainEvent]) -> String {
        let looked = looked.map { "looked at \(CalendarDay.minute($0)) UTC" } ?? "not looked at yet"
        guard !events.isEmpty else { return "\(domain) is \(state.rawValue), \(looked). Nothing has changed so far." }
        let lines = events.flatMap { event in
            let finding = event.change.finding
            let head =
                "\(CalendarDay.minute(event.at))  \(event.change.direction.rawValue.padded(to: 7))\(finding.code)  \(finding.name)"
            return [head] + Wrapped.lines(event.change.direction == .worse ? finding.now : "was: \(finding.now)", indent: 18)
        }
        return (["\(domain) is \(state.rawValue), \(looked).", ""] + lines).joined(separator: "\n")
    }
}

extension DomainSummary {
    /// A line for each: the name, the tenant, how far it has come, and what the last look at DNS found.
    static func table(_ domains: [DomainSummary]) -> [String] {
        let names = domains.map { "\($0.domain)".count }.max() ?? 0
        let tenants = domains.map { $0.tenant.text.count }.max() ?? 0
        return domains.map { one in
            let found = one.faults == 0 ? "fine" : "\(one.faults) finding\(one.faults == 1 ? "" : "s")"
            let looked = one.looked.map { "\(found) at \(CalendarDay.minute($0)) UTC" } ?? "not looked at yet"
            let name = "\(one.domain)".padded(to: names)
            return [name, one.tenant.text.padded(to: tenants), one.state.rawValue.padded(to: 8), looked].joined(separator: " ")
        }
    }
}

extension Finding {
    /// Severity, subject and what is now; below it what is wanted and what it means, where something is amiss.
    var lines: [String] {
        let head = severity.rawValue.padded(to: 9)
        let title = "\(subject.rawValue): \(name.text == "" ? "" : "\(name)")"
        guard severity != .fine else { return Wrapped.lines("\(subject.rawValue): \(now)", first: head, indent: 9) }
        var lines = Wrapped.lines("\(title)  [\(code)]", first: head, indent: 9)
        lines += Wrapped.lines(now, first: "now      ".indented, indent: 18)
        if !wanted.isEmpty { lines += Wrapped.lines(wanted, first: "wanted   ".indented, indent: 18) }
        if !consequence.isEmpty { lines += Wrapped.lines(consequence, first: "so       ".indented, indent: 18) }
        return lines
    }
}

extension String {
    fileprivate var indented: String { String(repeating: " ", count: 9) + self }
}

extension WantedRecord.Purpose {
    /// What it is for, in a few words.
    var title: String {
        switch self {
        case .ownership: "ownership: shows that the domain is yours"
        case .mx: "MX: where mail to the domain goes"
        case .spf: "SPF: which hosts send for the domain"
        case .dkim: "DKIM: the keys that mail is signed with"
        case .dmarc: "DMARC: what receivers do with forged mail"
        case .mtaSTS: "MTA-STS: senders insist on TLS"
        case .tlsReports: "TLS-RPT: where reports on TLS go"
        case .clients: "SRV, autoconfig: mail programs set themselves up"
        case .host: "host: name and addresses confirm each other"
        case .dane: "TLSA: the host's key; counts in a signed zone alone"
        }
    }
}

/// Text in lines of at most 80 columns.
enum Wrapped {
    static let width = 80

    /// - Parameters:
    ///   - first: stands before the first line, in place of its indent.
    ///   - indent: columns before each other line.
    static func lines(_ text: String, first: String? = nil, indent: Int) -> [String] {
        var lines: [String] = []
        let margin = String(repeating: " ", count: indent)
        var line = first.map { $0 + String(repeating: " ", count: max(0, indent - $0.count)) } ?? margin
        var isEmpty = true
        func end() {
            lines.append(line)
            line = margin
            isEmpty = true
        }
        for word in text.split(whereSeparator: { $0 == " " || $0.isNewline }) {
            // What is longer than a line, such as a key, is cut.
            var rest = word[...]
            if !isEmpty, line.count + 1 + rest.count > width { end() }
            if !isEmpty { line += " " }
            while line.count + rest.count > width {
                let piece = rest.prefix(width - line.count)
                line += piece
                rest = rest.dropFirst(piece.count)
                end()
            }
            line += rest
            isEmpty = false
        }
        if !isEmpty || lines.isEmpty { lines.append(line) }
        return lines
    }
}
