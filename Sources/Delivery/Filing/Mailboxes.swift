package import Mail
package import NIOCore

/// What delivery asks of the store: narrow, so that tests can stand in for it.
package protocol Mailboxes: Sendable {
    /// Files copies into one mailbox, in order; each is taken once by its delivery id. Not durable before `flush`.
    ///
    /// - Returns: one result for each.
    func file(_ copies: [MailboxCopy], into account: AccountID) async -> [Result<FiledCopy, FilingFailure>]

    /// Makes everything that was filed into these mailboxes durable.
    func flush(_ accounts: Set<AccountID>) async throws

    /// How full a mailbox is; nothing where there is none yet.
    func usage(of account: AccountID) async throws -> MailboxUsage

    /// Deletes a copy that was filed, for good; without effect where it is gone.
    func remove(_ copy: FiledCopy, from account: AccountID) async throws
}

/// One message for one mailbox.
package struct MailboxCopy: Sendable {
    /// Under which the mailbox takes it once.
    package var deliveryID: [UInt8]
    /// Lines above the message: Return-Path and Delivered-To; none where the body begins with them.
    package var prefix: ByteBuffer
    package var body: EntryBody
    package var folder: SpecialUse
    package var flags: SystemFlags
    /// Seconds since 1970 of its acceptance.
    package var date: Int64
    /// Of the account; nil is no limit.
    package var quota: ByteCount?
}

/// What the store calls a message that it has taken.
package struct FiledCopy: Hashable, Sendable {
    package var message: Int64

    package init(message: Int64) { self.message = message }
}

package enum FilingFailure: Error, Hashable, Sendable {
    /// It is larger than what is left, with the trash purged.
    case overQuota
    /// Not now; trying again may help.
    case notNow(cause: String)
}

/// In octets.
package struct MailboxUsage: Hashable, Sendable {
    package var used: Int
    /// Of `used`, what makes room for new mail when it is needed: the trash (F73).
    package var purgeable: Int

    package init(used: Int, purgeable: Int) {
        self.used = used
        self.purgeable = purgeable
    }

    /// Whether nothing more fits in, were the trash emptied (F73).
    package func isFull(quota: ByteCount) -> Bool { used - purgeable >= quota.octets }
}
