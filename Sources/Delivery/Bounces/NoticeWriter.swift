internal import Directory
internal import Logging
internal import MIME
internal import Mail
internal import MailConfiguration
internal import NIOCore
internal import SMTPServer

/// Tells senders what became of their messages, as far as they asked (RFC 3461, RFC 3464).
///
/// A notice has the null reverse-path, and of a message with one nothing is ever told: so notices never loop.
struct NoticeWriter: Sendable {
    let generation: CurrentGeneration
    let texts: NoticeTexts
    let limits: DeliveryLimits
    let logger: Logger

    /// Whether the sender wants to hear of a delivery that went well.
    func isWanted(_ entry: SpoolEntry) -> Bool {
        let envelope = entry.acceptance.envelope
        return envelope.sender != nil && envelope.recipients.contains { $0.notify.contains(.success) }
    }

    /// Writes the notices that are due; returns when they are durable.
    ///
    /// Writing one twice, as after a crash, files it once: its key is derived from what it tells of.
    func tell(_ entry: SpoolEntry, in spool: Spool) async throws {
        for kind in [Kind.failure, .success] {
            let routes = due(kind, entry)
            guard let first = routes.first else { continue }
            if wants(kind, entry), let sender = entry.acceptance.envelope.sender {
                try await send(kind, of: entry, routes, first, to: sender, in: spool)
            } else if kind == .failure {
                logUntold(entry, routes)
            }
            entry.update { $0.told.formUnion(routes) }
        }
    }

    private enum Kind: String {
        case failure, success
    }

    // MARK: Whom to tell what

    /// Routes whose outcome is of this kind and was not told yet. A recipient's success is told once all of its copies are filed.
    private func due(_ kind: Kind, _ entry: SpoolEntry) -> [Int] {
        let progress = entry.progress
        let routes = entry.acceptance.routes
        let unfinished = Set(routes.indices.filter { progress.outcomes[$0] != .filed }.map { routes[$0].recipient })
        return routes.indices.filter { index in
            guard !progress.told.contains(index) else { return false }
            switch (kind, progress.outcomes[index]) {
            case (.failure, .failed): return true
            case (.success, .filed): return !unfinished.contains(routes[index].recipient)
            default: return false
            }
        }
    }

    private func wants(_ kind: Kind, _ entry: SpoolEntry) -> Bool {
        !recipients(kind, of: entry, due(kind, entry), language: "en").isEmpty
    }

    private func notify(_ route: Route, _ envelope: Envelope) -> DSNNotify {
        envelope.recipients.indices.contains(route.recipient) ? envelope.recipients[route.recipient].notify : .never
    }

    private func logUntold(_ entry: SpoolEntry, _ routes: [Int]) {
        for route in routes {
            guard case .failed(let failure) = entry.progress.outcomes[route] else { continue }
            logger.notice(
                "a copy was not delivered, and nobody is told",
                metadata: ["queue.id": "\(entry.id)", "status": "\(failure.status)", "route": "\(route)"])
        }
    }

    // MARK: The notice

    private func send(_ kind: Kind, of entry: SpoolEntry, _ routes: [Int], _ first: Int, to sender: Address, in spool: Spool)
        async throws
    {
        let current = generation.value
        let language = try await language(of: sender, current)
        let envelope = Envelope(
            sender: nil, recipients: [EnvelopeRecipient(sender, notify: .never)], smtpUTF8: sender.needsSMTPUTF8)
        let id = try spool.nextID()
        let body = try await report(kind, of: entry, routes, to: sender, language, id, current, spool)
        let acceptance = Acceptance(
            id: id, key: Array((entry.acceptance.key + Array("/\(kind.rawValue)\(first)".utf8)).prefix(200)), time: spool.now(),
            door: .local, session: entry.acceptance.session, envelope: envelope,
            routes: try await Router(current).routes(of: envelope))
        let notice = try await spool.add(acceptance, body: body)
        logger.info(
            "a notice is on its way",
            metadata: ["queue.id": "\(entry.id)", "notice": "\(notice?.id.text ?? "already there")", "kind": "\(kind.rawValue)"])
    }

    private func language(of sender: Address, _ generation: Generation) async throws -> String {
        guard case .account(let id, _, _)? = try await generation.expand(sender, from: nil).first,
            try await generation.domain(sender.domain) != nil
        else { return "en" }
        return try await generation.account(id)?.language ?? "en"
    }

    private func report(
        _ kind: Kind, of entry: SpoolEntry, _ routes: [Int], to sender: Address, _ language: String, _ id: EntryID,
        _ generation: Generation, _ spool: Spool
    ) async throws -> ByteBuffer {
        let host = generation.host.hostName
        let recipients = recipients(kind, of: entry, routes, language: language)
        let lines = recipients.map { recipient in
            "\(recipient.final): \(texts.reason(recipient.status, language) ?? recipient.diagnostic ?? recipient.status)"
        }
        let text = texts.text(
            "\(kind.rawValue).text", language, ["host": host.unicode, "recipients": lines.joined(separator: "\n")])
        var report = DeliveryStatusReport(
            from: HeaderAddress(name: "Mail Delivery", address: "MAILER-DAEMON@\(host.ascii)"),
            to: HeaderAddress(address: sender.description), subject: texts.text("\(kind.rawValue).subject", language), text: text,
            date: DateTime(seconds: spool.now()), messageID: "\(id.text)@\(host.ascii)", reportingHost: host.ascii,
            recipients: recipients, returned: try await returned(kind, entry, spool))
        report.envelopeID = entry.acceptance.envelope.envelopeID
        report.arrival = DateTime(seconds: entry.acceptance.time)
        return try report.octets(token: id.text)
    }

    /// One for each recipient of the envelope: what stands behind an alias or a group is not told.
    private func recipients(
        _ kind: Kind, of entry: SpoolEntry, _ routes: [Int], language: String
    ) -> [DeliveryStatusReport.Recipient] {
        let (acceptance, progress) = (entry.acceptance, entry.progress)
        var seen: Set<String> = []
        return routes.compactMap { index in
            let route = acceptance.routes[index]
            guard notify(route, acceptance.envelope).contains(kind == .failure ? .failure : .success) else { return nil }
            let asked = acceptance.envelope.recipients[route.recipient]
            var recipient = DeliveryStatusReport.Recipient(final: asked.address.description, action: .delivered, status: "2.0.0")
            recipient.original = asked.originalRecipient
            recipient.lastAttempt = progress.lastAttempt.map { DateTime(seconds: $0) }
            if case .failed(let failure) = progress.outcomes[index] {
                recipient.action = .failed
                recipient.status = failure.status
            } else if acceptance.routes.count(where: { $0.recipient == route.recipient }) > 1 {
                // RFC 3461 §5.2.7.2: the copies behind it are on their own.
                recipient.action = .expanded
            }
            return seen.insert("\(route.recipient) \(recipient.status)").inserted ? recipient : nil
        }
    }

    /// RFC 3461 §4.3: the whole message only where it was asked for and something failed.
    private func returned(_ kind: Kind, _ entry: SpoolEntry, _ spool: Spool) async throws -> DeliveryStatusReport.Returned {
        if kind == .failure, entry.acceptance.envelope.returnsFullMessage, entry.size <= limits.returnedMessage {
            return .message(try await spool.beginning(of: entry, octets: entry.size))
        }
        return .header(try await spool.header(of: entry, limit: limits.returnedHeader))
    }
}
