internal import LocalSocket

/// Asks for the messages that wait, in the order of their acceptance.
package struct QueueListQuestion: Question {
    package static let name = "queue.list"
    /// Messages in one answer.
    package static let longest = 2_000

    /// The last id of the page before; nil for the first page.
    package var after: String?

    package struct Answer: Codable, Sendable {
        package var entries: [QueueItem]
        /// Whether there are more.
        package var isMore: Bool
    }

    package init(after: String? = nil) { self.after = after }
}

/// Asks for all that is known of one message.
package struct QueueShowQuestion: Question {
    package static let name = "queue.show"
    package typealias Answer = QueueDetail

    package var id: String

    package init(id: String) { self.id = id }
}

/// Asks that something be done with messages.
package struct QueueChangeQuestion: Question {
    package static let name = "queue.change"

    package enum Change: String, Codable, Sendable, CaseIterable {
        /// Not to be tried until `release`.
        case hold
        /// Free again, and tried at once.
        case release
        /// Tried at once.
        case retry
        /// Gone; nobody is told.
        case drop
    }

    package var change: Change
    package var ids: [String]

    package struct Answer: Codable, Sendable {
        package var changed: [String]
        /// Ids of messages that are not there (any more).
        package var unknown: [String]
    }

    package init(_ change: Change, ids: [String]) {
        self.change = change
        self.ids = ids
    }
}

/// Undo: asks that a message that is held back be taken back, with its Sent copy.
package struct QueueCancelQuestion: Question {
    package static let name = "queue.cancel"

    /// As 250 told it.
    package var id: String
    /// Who submitted it, in hexadecimal digits; another's messages are not found.
    package var account: String

    package enum Answer: String, Codable, Sendable {
        case cancelled
        /// It is being delivered, or has been.
        case tooLate
        /// It is out of the queue, and the disk did not note that: after a crash it may be delivered all the same. Its Sent copy stays.
        case unknown
    }

    package init(id: String, account: String) {
        self.id = id
        self.account = account
    }
}
