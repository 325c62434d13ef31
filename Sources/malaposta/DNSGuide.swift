import ControlPlane
import DNS
import Domains
import Mail

/// What to do for a domain's mail, step by step, for who has never seen DNS.
struct DNSGuide {
    struct Step: Encodable {
        let title: String
        let why: String
        let isDone: Bool
        let records: [WantedRecord]
    }

    private let report: DomainReport

    init(_ report: DomainReport) { self.report = report }

    private static let order: [(WantedRecord.Purpose, [Finding.Subject], String, String)] = [
        (
            .ownership, [.ownership], "Show that the domain is yours",
            "Until this record is seen, the domain takes no mail here. It can stay in place for good."
        ),
        (
            .mx, [.mx], "Have the domain's mail come here",
            "MX says which host takes the domain's mail. Take away every other MX record: whatever is there beside it takes a "
                + "part of your mail. Do this step last if the domain's mail is elsewhere now."
        ),
        (
            .spf, [.spf], "Say which hosts send for the domain",
            "Receivers look here whether a sender is genuine. There must be one record only that begins with v=spf1: if there is "
                + "one already, put its parts together with this one."
        ),
        (
            .dkim, [.dkim], "Publish the keys that mail is signed with",
            "The value is long: paste it whole. If the panel says that it is too long, paste it as several texts in quotes."
        ),
        (
            .dmarc, [.dmarc], "Say what becomes of forged mail",
            "With SPF and DKIM in place, receivers follow this when a mail only pretends to come from the domain."
        ),
        (
            .mtaSTS, [.mtaSTS], "Have senders insist on TLS",
            "Senders that know MTA-STS then never fall back to an open connection."
        ),
        (.tlsReports, [.tlsReports], "Hear of trouble with TLS", "Large senders then report each day what went wrong."),
        (
            .clients, [.clients], "Let mail programs set themselves up",
            "With these, users type their address and password and nothing else. Leave them out if the panel knows no SRV."
        ),
        (
            .host, [.host], "Have name and addresses of the host confirm each other",
            "This is for the host's operator, once for all domains. Records named ...arpa are not set in your panel: ask whoever "
                + "gave you the address for a \"reverse DNS\" or \"PTR\" entry."
        ),
        (
            .dane, [.dane], "Publish the host's key",
            "Only for a host name whose zone is signed (DNSSEC). Leave it out otherwise."
        ),
    ]

    var steps: [Step] {
        Self.order.compactMap { purpose, subjects, title, why in
            let records = report.records.filter { $0.purpose == purpose }
            guard !records.isEmpty else { return nil }
            let findings = report.findings.filter { subjects.contains($0.subject) }
            return Step(
                title: title, why: why, isDone: !findings.isEmpty && findings.allSatisfy { $0.severity == .fine },
                records: records)
        }
    }

    var text: String {
        var lines = Wrapped.lines(
            "DNS is the public book in which other hosts look up where the mail of \(report.domain) goes and whether it is genuine. "
                + "You write into it where you registered the domain, or where its DNS is kept: log in there and look for \"DNS\", "
                + "\"zone\" or \"name servers\". Each entry is a record with a name, a type and a value.", indent: 0)
        lines += [""]
        lines += Wrapped.lines(
            "Many panels add the domain to the name by themselves: then type only what stands before .\(report.domain), and @ "
                + "for the domain itself. A time (TTL) of 3600 is good. It can take an hour until everybody sees a change.",
            indent: 0)
        if report.isPublished {
            lines +=
                [""]
                + Wrapped.lines("This host publishes the records of \(report.domain) itself; you need not type them.", indent: 0)
        }
        for (number, step) in steps.enumerated() {
            lines += ["", "\(number + 1). \(step.title)\(step.isDone ? "   [done]" : "")"]
            guard !step.isDone else { continue }
            lines += Wrapped.lines(step.why, indent: 3)
            for record in step.records {
                lines.append("")
                lines += Wrapped.lines(record.name.text, first: "   Name", indent: 11)
                lines += Wrapped.lines(record.type, first: "   Type", indent: 11)
                lines += Wrapped.lines(record.value, first: "   Value", indent: 11)
            }
        }
        lines += [""]
        lines += Wrapped.lines("When you are done: malaposta dns check \(report.domain)", indent: 0)
        return lines.joined(separator: "\n")
    }
}
