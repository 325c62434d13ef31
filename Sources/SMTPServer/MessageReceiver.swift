package import Directory
package import Mail
package import NIOCore

/// Takes messages over from SMTP and answers for them. Called by many sessions at once.
///
/// Grammar, who may relay and who may send as whom are SMTP's; whether there is room is the receiver's.
package protocol MessageReceiver: Sendable {
    /// Whether one more recipient can be taken: the question of RCPT, asked after the generation has said that the address
    /// may be written to.
    ///
    /// - Parameters:
    ///   - recipient: with its DSN parameters.
    ///   - targets: where the generation leads it, as of now: mailboxes and outside addresses. For an address of another
    ///     host (submission alone) that address itself.
    ///   - envelope: the sender and the recipients that are accepted already.
    /// - Returns: `.refused` with 552 5.2.2 over quota, 452 4.5.3 beyond a user's messages of the day, and the like.
    func admit(
        _ recipient: EnvelopeRecipient, to envelope: Envelope, targets: [ExpandedTarget], _ facts: SessionFacts
    ) async -> RecipientDecision

    /// Opens the way for a message's octets; asked at DATA, or at the first BDAT. At least one recipient is in the envelope.
    ///
    /// - Parameter declaredSize: what `SIZE=` gave (RFC 1870), a guess of the peer's, in octets.
    /// - Returns: the sink, or a refusal (452 4.3.1 before the disk is full).
    func begin(_ envelope: Envelope, declaredSize: Int?, _ facts: SessionFacts) async -> Result<any MessageSink, Refusal>
}

package enum RecipientDecision: Hashable, Sendable {
    case accepted
    case refused(Refusal)
}

/// Takes one message's octets in order: header first, lines ended by CRLF alone, dots unstuffed, with our Received line on top.
///
/// One task calls it. After `finish` or `abort` returns, or after any throw, it is not used again; a throw needs no `abort`.
package protocol MessageSink: Sendable {
    /// Takes the next octets; the next call comes after this one returns, and the peer's sending waits for it.
    ///
    /// - Throws: `Refusal` to answer with its reply; any other error is answered 451 4.3.0.
    func write(_ octets: ByteBuffer) async throws

    /// Makes the message durable and takes over responsibility for it: 250 goes out after this returns (RFC 5321 §6.1).
    ///
    /// - Throws: as `write`; nothing of the message is kept then.
    func finish() async throws -> QueueID

    /// Forgets the message.
    func abort() async
}
