internal import Delivery
internal import Directory
package import Mail
internal import Upkeep

/// What `malaposta explain ADDRESS` says.
package struct AddressExplanation: Codable, Sendable, Hashable {
    /// Steps that are shown; a large group has more.
    package static let mostSteps = 60
    /// An alias's targets that are named in its step.
    package static let shownMembers = 5
    /// Mailboxes that the text lists; `--json` has all.
    package static let shownMailboxes = 20

    /// One thing that was looked at.
    package struct Step: Codable, Sendable, Hashable {
        package enum Kind: String, Codable, Sendable {
            case domain, mailbox, alias, group, permission, outside, again, nobody, more
        }

        package var kind: Kind
        package var text: String
    }

    /// A mailbox that gets a copy.
    package struct Mailbox: Codable, Sendable, Hashable {
        package var account: AccountID
        package var address: Address
        /// What stood behind `+` (F122).
        package var detail: String?
        /// `active`, `suspended`, `retired`.
        package var state: String
        /// Octets; nil is no limit.
        package var quota: ByteCount?
        /// Octets; nil where the mail worker did not say.
        package var used: ByteCount?
        package var isFull: Bool
        package var folder: String

        init(_ account: DirectoryAccount, detail: String?, _ usage: AccountUsage?) {
            self.account = account.id
            address = account.address
            self.detail = detail
            state =
                switch account.state {
                case .active: "active"
                case .suspended: "suspended"
                case .retired: "retired"
                }
            quota = account.quota
            used = usage.map { ByteCount($0.octets) }
            isFull =
                usage.map { usage in
                    account.quota.map { MailboxUsage(used: usage.octets, purgeable: usage.purgeable).isFull(quota: $0) } ?? false
                } ?? false
            // Delivery files everything into the inbox.
            folder = "INBOX"
        }
    }

    package var schema = 1
    package var address: Address
    /// 0 where candidate files were asked about.
    package var generation: Int
    /// What RCPT answers.
    package var answer: String
    package var isTaken: Bool
    package var steps: [Step]
    package var mailboxes: [Mailbox]
    package var outside: [Address]
    package var outsideState: String
    package var maySendAs: [Address]
}

/// What `malaposta explain --from A --to B` says.
package struct PassageExplanation: Codable, Sendable, Hashable {
    /// A user who may send as the sender's address.
    package struct Submitter: Codable, Sendable, Hashable {
        package var address: Address
        package var messageSize: ByteCount
        package var recipients: Int
        package var messagesPerDay: Int
        /// Whether the tenant's plan lets users submit mail.
        package var maySubmit: Bool
    }

    package var schema = 1
    package var sender: Address
    package var senderIsHosted: Bool
    package var mayUseIt: [Submitter]
    /// Why the sender's own mail is not even taken.
    package var refusal: String?
    package var receiving: AddressExplanation

    package var isTaken: Bool { refusal == nil && receiving.isTaken && (mayUseIt.isEmpty || mayUseIt.contains { $0.maySubmit }) }
}
