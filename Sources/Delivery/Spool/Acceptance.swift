package import Mail
package import SMTPServer

/// What is known of a message when responsibility for it is taken; never changed after.
package struct Acceptance: Hashable, Sendable {
    package var id: EntryID
    /// What the store knows its deliveries by. A message that a delivery makes has its cause's id in it, so that making it
    /// again after a crash files it once.
    package var key: [UInt8]
    /// Seconds since 1970.
    package var time: Int64
    package var door: DoorKind
    package var session: String
    /// Who submitted it; nil for mail from elsewhere and for notices.
    package var account: AccountID?
    package var envelope: Envelope
    package var routes: [Route]
    /// Seconds since 1970 before which only the Sent copy is filed.
    package var notBefore: Int64?

    package init(
        id: EntryID, key: [UInt8]? = nil, time: Int64, door: DoorKind, session: String, account: AccountID? = nil,
        envelope: Envelope, routes: [Route], notBefore: Int64? = nil
    ) {
        self.id = id
        self.key = key ?? Array(id.text.utf8)
        self.time = time
        self.door = door
        self.session = session
        self.account = account
        self.envelope = envelope
        self.routes = routes
        self.notBefore = notBefore
    }
}

/// Where one copy of a message goes.
package struct Route: Hashable, Sendable, Codable {
    package enum Target: Hashable, Sendable, Codable {
        /// - Parameters:
        ///   - detail: what stood behind `+` in the address (RFC 5233).
        ///   - address: by which the mailbox was reached; the Delivered-To line.
        case mailbox(AccountID, detail: String?, as: Address)
        /// The sender's own copy.
        case sent(AccountID)
        /// Another host's address.
        case remote(Address)
        /// Nobody is left behind the recipient's address.
        case nowhere
    }

    /// Index of the envelope's recipient that led here; `Route.noRecipient` for the Sent copy.
    package var recipient: Int
    package var target: Target

    package static let noRecipient = 0xffff_ffff

    package init(recipient: Int, target: Target) {
        self.recipient = recipient
        self.target = target
    }

    /// Whose mailbox is written to.
    package var account: AccountID? {
        switch target {
        case .mailbox(let id, _, _), .sent(let id): id
        case .remote, .nowhere: nil
        }
    }

    package var isSentCopy: Bool {
        if case .sent = target { true } else { false }
    }
}
