/// Bounds of local delivery, each with its default.
package struct DeliveryLimits: Sendable {
    /// Mailboxes that are filed into at once.
    package var mailboxesAtOnce = 8
    /// Copies filed into one mailbox at once.
    package var copiesAtOnce = 64
    /// How long filed copies gather before the store is told to make them durable. Until then their messages stay in the
    /// spool; readers see them at once.
    package var flushPause: Duration = .milliseconds(200)
    /// Messages of the process before that are taken up at once.
    package var takenUpAtOnce = 256
    /// How often it is looked for attempts that are due.
    package var tick: Duration = .milliseconds(250)
    /// Seconds between attempts: the first pause, the second, and the last one from then on.
    package var pauses: [Int64] = [5, 30, 60, 120, 300, 600, 1800]
    /// Octets of a message's header that a notice returns, and that `queue show` prints.
    package var returnedHeader = 64 << 10
    /// Octets of a whole message that a notice returns (RFC 3461 §4.3); of a larger one, the header.
    package var returnedMessage = 256 << 10
    /// Seconds that a mailbox's usage is remembered for the question of RCPT.
    package var usageMemory: Int64 = 5
    /// Mailboxes whose usage is remembered.
    package var usagesRemembered = 10_000

    package init() {}

    func pause(after attempts: Int) -> Int64 { pauses.isEmpty ? 60 : pauses[min(max(attempts, 1), pauses.count) - 1] }
}
