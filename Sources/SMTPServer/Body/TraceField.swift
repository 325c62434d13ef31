internal import Mail
internal import SMTP

/// The fields that this host puts on top of a message.
enum TraceField {
    /// `Received`, RFC 5321 §4.4, with the protocol's name of RFC 3848 and RFC 6531 §4.3.
    ///
    /// From other hosts it says whom it came from; of a user neither the name nor the address.
    static func received(_ facts: SessionFacts, _ envelope: Envelope, host: DomainName, id: String, now: Int64) -> String {
        var lines: [String] = []
        if facts.door == .mx {
            let address = facts.remoteAddress.map { $0.contains(":") ? "[IPv6:\($0)]" : "[\($0)]" } ?? "[unknown]"
            lines.append("from \(facts.helo) (\(address))")
        }
        let secured = facts.tlsVersion.map { " (\($0))" } ?? ""
        lines.append("by \(host) with \(transport(facts, envelope))\(secured) id \(id)")
        if facts.door == .mx, envelope.recipients.count == 1, let recipient = envelope.recipients.first?.address {
            lines.append("for <\(recipient)>")
        }
        return "Received: " + lines.joined(separator: "\r\n\t") + ";\r\n\t\(CivilDate.mailTime(now))\r\n"
    }

    private static func transport(_ facts: SessionFacts, _ envelope: Envelope) -> String {
        guard facts.isExtended else { return "SMTP" }
        let name = envelope.smtpUTF8 ? "UTF8SMTP" : "ESMTP"
        return name + (facts.tlsVersion == nil ? "" : "S") + (facts.account == nil ? "" : "A")
    }

    /// `Date`, RFC 5322 §3.6.1.
    static func date(_ now: Int64) -> String { "Date: \(CivilDate.mailTime(now))\r\n" }

    /// `Message-ID`, RFC 5322 §3.6.4.
    ///
    /// - Parameter token: unique and hard to guess.
    static func messageID(_ token: String, host: DomainName) -> String { "Message-ID: <\(token)@\(host)>\r\n" }
}
