internal import Mail
internal import SMTP
internal import Wire

/// What a door offers, and which parameters that brings (RFC 5321 §4.1.1.1).
struct CapabilityTable: Sendable {
    /// As they stand in the answer to EHLO; those that depend on the session are added by `lines`.
    private let fixed: [String]
    /// Parameters of MAIL.
    let mailParameters: Set<Keyword>
    /// Parameters of RCPT.
    let recipientParameters: Set<Keyword> = ["NOTIFY", "ORCPT"]
    let offersSTARTTLS: Bool

    static func table(for door: DoorKind) -> CapabilityTable {
        switch door {
        case .mx: mx
        case .submission: submission
        case .local: local
        case .machine: machine
        }
    }

    private static let common = ["PIPELINING", "8BITMIME", "SMTPUTF8", "CHUNKING", "ENHANCEDSTATUSCODES", "DSN"]
    private static let commonParameters: Set<Keyword> = ["SIZE", "BODY", "SMTPUTF8", "ENVID", "RET", "AUTH"]

    private static let mx = CapabilityTable(
        fixed: common, mailParameters: commonParameters.subtracting(["AUTH"]), offersSTARTTLS: true)
    private static let submission = CapabilityTable(fixed: common, mailParameters: commonParameters, offersSTARTTLS: true)
    private static let machine = CapabilityTable(
        fixed: common, mailParameters: commonParameters.subtracting(["AUTH"]), offersSTARTTLS: false)
    private static let local = CapabilityTable(
        fixed: common + ["XSENT"], mailParameters: commonParameters.union(["HOLDFOR", "HOLDUNTIL", "XSENT"]),
        offersSTARTTLS: false)

    /// The lines behind the greeting's first one.
    func lines(_ session: SMTPSession, _ terms: SessionTerms, limits: SMTPLimits) -> [String] {
        var lines = fixed
        lines.append("SIZE \(terms.largestMessage)")
        lines.append("LIMITS MAILMAX=\(terms.messagesPerSession) RCPTMAX=\(terms.recipientsPerMessage)")
        if offersSTARTTLS, !session.isSecured { lines.append("STARTTLS") }
        let mechanisms = session.mechanisms(terms)
        if !mechanisms.isEmpty { lines.append("AUTH " + mechanisms.map(\.rawValue).joined(separator: " ")) }
        if session.door == .local {
            lines.append("FUTURERELEASE \(limits.hold) \(CivilDate.internetTime(terms.now + Int64(limits.hold)))")
        }
        return lines
    }
}
