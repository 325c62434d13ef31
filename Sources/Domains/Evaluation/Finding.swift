package import DNS

/// One thing that was looked at: what is now, what is wanted, and what happens to mail because of it.
package struct Finding: Codable, Hashable, Sendable {
    package enum Severity: String, Codable, Hashable, Sendable, Comparable, CaseIterable {
        /// As wanted.
        case fine
        /// Worth knowing; mail is not hurt.
        case note
        /// Some mail may be hurt, or may be one day.
        case warning
        /// Mail is lost, refused or goes elsewhere now.
        case error

        package static func < (left: Severity, right: Severity) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    package enum Subject: String, Codable, Hashable, Sendable, CaseIterable {
        case zone, ownership, mx, spf, dkim, dmarc
        case mtaSTS = "mta-sts"
        case tlsReports = "tls-rpt"
        case clients, host, dane
    }

    package var subject: Subject
    package var severity: Severity
    /// A stable word for programs: `mx-foreign`.
    package var code: String
    /// The name in DNS that it is about.
    package var name: DNSName
    package var now: String
    package var wanted: String
    /// What happens to mail; empty where nothing does.
    package var consequence: String

    package init(
        _ subject: Subject, _ severity: Severity, _ code: String, at name: DNSName, now: String, wanted: String = "",
        consequence: String = ""
    ) {
        self.subject = subject
        self.severity = severity
        self.code = code
        self.name = name
        self.now = now
        self.wanted = wanted
        self.consequence = consequence
    }

    /// What makes two findings the same thing at different times.
    var identity: String { "\(code) \(name)" }
}

extension [Finding] {
    /// The worst there is.
    package var worst: Finding.Severity { map(\.severity).max() ?? .fine }
}
