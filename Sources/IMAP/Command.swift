package import NIOCore
package import Wire

/// What a client asks for, RFC 9051 §6 and the extensions of `CapabilityTable`.
package enum Command: Sendable {
    // In any state
    case capability, noop, logout
    case id([String: String])
    // Before log-in
    case startTLS
    case authenticate(mechanism: Keyword, initial: ByteBuffer?)
    case login(name: ByteBuffer, password: ByteBuffer)
    // After log-in
    case enable([Keyword])
    case namespace
    case select(MailboxName, readOnly: Bool, usesModSequences: Bool)
    case create(MailboxName, asksForUse: Bool)
    case delete(MailboxName)
    case rename(MailboxName, to: MailboxName)
    case subscribe(MailboxName)
    case unsubscribe(MailboxName)
    case list(ListRequest)
    case subscriptions(reference: ByteBuffer, ListPattern)
    case status(MailboxName, [StatusItem])
    case append(AppendRequest)
    case idle
    // With a mailbox selected
    case check, close, unselect
    /// Nil: every message with `\Deleted`.
    case expunge(uids: SequenceSet?)
    case search(SearchRequest, byUID: Bool)
    case fetch(SequenceSet, FetchRequest, byUID: Bool)
    case store(SequenceSet, StoreRequest, byUID: Bool)
    case copy(SequenceSet, to: MailboxName, byUID: Bool)
    case move(SequenceSet, to: MailboxName, byUID: Bool)
}

/// A command with the tag that its answer carries.
package struct TaggedCommand: Sendable {
    package let tag: ByteBuffer
    package let command: Command
}
