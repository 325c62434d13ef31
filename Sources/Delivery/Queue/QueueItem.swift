internal import Mail

/// One line of `queue list`.
package struct QueueItem: Codable, Hashable, Sendable {
    package enum State: String, Codable, Sendable {
        /// Being delivered.
        case active
        /// Until `nextAttempt`.
        case waiting
        /// Held back as its sender wished, until `nextAttempt`.
        case delayed
        /// By `queue hold`.
        case held
        /// The last two attempts did not end.
        case crashed
    }

    package var id: String
    /// Seconds since 1970.
    package var accepted: Int64
    /// Octets.
    package var size: Int
    /// Nil is the null reverse-path of notices.
    package var sender: String?
    /// Those that still wait.
    package var recipients: [String]
    package var state: State
    package var attempts: Int
    /// Seconds since 1970.
    package var nextAttempt: Int64?
    package var reason: String?

    init(_ entry: SpoolEntry, now: Int64) {
        let (acceptance, progress) = (entry.acceptance, entry.progress)
        id = entry.id.text
        accepted = acceptance.time
        size = entry.size
        sender = acceptance.envelope.sender?.description
        recipients = acceptance.envelope.recipients.enumerated().compactMap { index, recipient in
            let waits = zip(acceptance.routes, progress.outcomes).contains { $0.recipient == index && $1.isPending }
            return waits ? recipient.address.description : nil
        }
        attempts = progress.attempts
        nextAttempt = progress.nextAttempt
        reason = progress.reason
        state =
            switch progress.hold {
            case .crashed: .crashed
            case .byOperator: .held
            case nil where progress.isUnderWay: .active
            case nil where (acceptance.notBefore ?? 0) > now: .delayed
            case nil: (progress.nextAttempt ?? 0) > now ? .waiting : .active
            }
    }
}

/// What `queue show` prints.
package struct QueueDetail: Codable, Hashable, Sendable {
    package var item: QueueItem
    /// `mx`, `submission` or `local`.
    package var door: String
    package var session: String
    /// Who submitted it, in hexadecimal digits.
    package var account: String?
    package var envelopeID: String?
    package var lastAttempt: Int64?
    package var routes: [QueueRoute]
    /// The message's header; octets that are not UTF-8 are replaced.
    package var header: String
}

/// One copy of a message: where it goes, and what became of it.
package struct QueueRoute: Codable, Hashable, Sendable {
    package var recipient: String?
    package var target: String
    package var outcome: String

    init(_ route: Route, _ outcome: Progress.Outcome, _ envelope: Envelope) {
        recipient =
            envelope.recipients.indices.contains(route.recipient) ? envelope.recipients[route.recipient].address.description : nil
        target =
            switch route.target {
            case .mailbox(let id, _, let address): "mailbox \(id.hex) as \(address)"
            case .sent(let id): "Sent folder of \(id.hex)"
            case .remote(let address): "other host's \(address)"
            case .nowhere: "nowhere"
            }
        self.outcome =
            switch outcome {
            case .pending: "pending"
            case .filed: "filed"
            case .failed(let failure): "failed \(failure.status) \(failure.text)"
            }
    }
}
