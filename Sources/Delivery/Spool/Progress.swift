/// How far a message's delivery has come: noted as a whole each time it changes.
package struct Progress: Hashable, Sendable, Codable {
    /// Attempts begun.
    package var attempts = 0
    /// Whether an attempt has begun and not ended; still so at a start, the process died meanwhile.
    package var isUnderWay = false
    /// Attempts, without one that ended between them, during which the process died by its own fault (a trap).
    package var crashes = 0
    /// The same where it was killed, or the machine lost power.
    package var interruptions = 0
    /// When the last attempt began, in seconds since 1970.
    package var lastAttempt: Int64?
    /// Not before this time again, in seconds since 1970.
    package var nextAttempt: Int64?
    package var hold: Hold?
    /// One for each route.
    package var outcomes: [Outcome]
    /// Routes whose outcome the sender has been told, as far as it asked to be.
    package var told: Set<Int> = []
    /// What the store calls the Sent copy, so that Undo can take it back.
    package var sentCopy: Int64?
    /// Why it still waits, as `queue list` shows it.
    package var reason: String?

    package init(routes: Int) { outcomes = Array(repeating: .pending, count: routes) }

    package enum Hold: String, Hashable, Sendable, Codable {
        /// By `queue hold`.
        case byOperator
        /// The last two attempts did not end.
        case crashed
    }

    package enum Outcome: Hashable, Sendable, Codable {
        case pending
        case filed
        /// For good: the sender is told.
        case failed(FailedDelivery)

        package var isPending: Bool { self == .pending }
    }

    package var isSettled: Bool { outcomes.allSatisfy { !$0.isPending } }
}

/// Why a copy will never be delivered.
package struct FailedDelivery: Hashable, Sendable, Codable {
    /// As `5.2.2`, RFC 3463.
    package var status: String
    /// A sentence that the sender reads.
    package var text: String

    package init(status: String, text: String) {
        self.status = status
        self.text = text
    }

    package static let overQuota = FailedDelivery(status: "5.2.2", text: "The mailbox is full.")
    package static let noSuchAddress = FailedDelivery(status: "5.1.1", text: "There is no such address.")
    package static let disabled = FailedDelivery(status: "5.2.1", text: "The mailbox is closed.")
    package static let expired = FailedDelivery(status: "4.4.7", text: "It could not be delivered in time.")
}
