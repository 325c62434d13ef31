package import Delivery
package import Directory
internal import Domains
package import Logging
internal import MIME
internal import Mail
internal import MailConfiguration
internal import NIOCore
internal import SMTP
internal import TLS

/// Tells a tenant's admins that a domain's records have changed for the worse: by mail, handed in like any other.
package struct DomainMail: Sendable {
    private let socket: String
    private let texts: SectionedTexts
    private let generation: @Sendable () -> Generation
    private let logger: Logger
    /// Seconds since 1970.
    private let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - runFolder: has the mail worker's `submission.sock`.
    ///   - templates: the folder with `domains.en.txt` and `domains.pt.txt`.
    /// - Throws: `NoticeTextsError`.
    package init(
        runFolder: String, templates: String, generation: @escaping @Sendable () -> Generation, logger: Logger,
        now: @escaping @Sendable () -> Int64 = { SystemTime.seconds }
    ) throws(NoticeTextsError) {
        socket = "\(runFolder)/submission.sock"
        texts = try SectionedTexts(folder: templates, name: "domains", wanted: ["worse.subject", "worse.text"])
        self.generation = generation
        self.logger = logger
        self.now = now
    }

    /// Never fails: what could not be told is logged, and stands in the domain's history all the same.
    func tell(_ findings: [Finding], of site: DomainSite) async {
        let generation = generation()
        do {
            guard let tenant = try await generation.tenant(site.tenant) else { return }
            for id in tenant.admins {
                guard let admin = try await generation.account(id), admin.state.isActive else { continue }
                try await send(findings, of: site, to: admin)
            }
        } catch {
            logger.error(
                "admins could not be told of a domain", metadata: ["domain": "\(site.domain.name)", "cause": "\(error)"])
        }
    }

    private func send(_ findings: [Finding], of site: DomainSite, to admin: DirectoryAccount) async throws {
        let words = words(findings, site, admin.language)
        var message = MessageBuilder(
            from: [HeaderAddress(name: "Malaposta", address: admin.address.description)], date: MIME.DateTime(seconds: now()),
            messageID: MessageBuilder.messageID(seconds: now(), random: SecureRandom.hex(12), domain: site.host.hostName.ascii),
            token: SecureRandom.hex(12))
        message.to = [HeaderAddress(name: admin.displayName, address: admin.address.description)]
        message.subject = words.subject
        message.text = words.text
        // RFC 3834 §5: no absence message answers it.
        message.fields = [("Auto-Submitted", "auto-generated")]
        let octets = try message.octets()
        let envelope = Envelope(
            sender: nil, recipients: [EnvelopeRecipient(admin.address, notify: .never)], smtpUTF8: admin.address.needsSMTPUTF8)
        let client = SMTPClient(.unixSocket(path: socket), helo: "localhost", login: .account(admin.id), deadlines: .local)
        _ = try await client.send(OutgoingMessage(envelope, size: octets.readableBytes), octets: octets)
    }

    private func words(_ findings: [Finding], _ site: DomainSite, _ language: String) -> (subject: String, text: String) {
        let domain = site.domain.name.unicode
        let list = findings.map { finding in
            // What weighs less may be another thing to say.
            func words(_ kind: String, orElse own: String) -> String {
                texts.found("\(kind).\(finding.code).\(finding.severity.rawValue)", language)
                    ?? texts.found("\(kind).\(finding.code)", language) ?? own
            }
            // A finding's own words are English; in another language what is not a record by itself has words of its own.
            let now = words("now", orElse: finding.now)
            var lines = ["\(finding.name)  (\(finding.code))", "    " + texts.text("label.now", language) + ": " + now]
            if !finding.wanted.isEmpty {
                lines.append("    " + texts.text("label.wanted", language) + ": " + words("wanted", orElse: finding.wanted))
            }
            let consequence = words("code", orElse: finding.consequence)
            if !consequence.isEmpty { lines.append("    " + texts.text("label.consequence", language) + ": " + consequence) }
            return lines.joined(separator: "\n")
        }
        let values = ["domain": domain, "host": site.host.hostName.unicode, "findings": list.joined(separator: "\n\n")]
        return (texts.text("worse.subject", language, values), texts.text("worse.text", language, values))
    }
}
