internal import Mail
internal import NIOCore
internal import SMTP
internal import Wire

/// What goes into a session.
enum SessionEvent: Sendable {
    /// A line without its CRLF.
    case line(ByteBuffer)
    case badLine(LineError)
    /// The handshake is done.
    case secured(version: String)
    /// What came of `.authenticate` and `.vouch`: the reply, and who it is where it is positive.
    case login(Reply, AccountID?)
    /// What came of `.sender`.
    case sender(Reply)
    /// What came of `.recipient`.
    case recipient(Reply)
    /// What came of `.begin`: nil where the octets may come.
    case began(Reply?)
    /// The octets of a chunk are in, and more chunks may come.
    case chunkDone(Int)
    /// The message is taken over, or refused.
    case message(Reply)
}

/// What comes out of it.
enum SessionAction: Sendable {
    case reply(Reply)
    case close(Reply)
    case startTLS(Reply)
    case authenticate(name: String, password: [UInt8])
    /// Whether the peer may act for the account.
    case vouch(account: String)
    /// May this sender be used?
    case sender(Address?)
    /// May this recipient be written to?
    case recipient(RecipientQuestion)
    /// Asks for a sink, then reads to the message's final dot.
    case data
    /// Asks for a sink where there is none yet, then reads the chunk.
    case chunk(ChunkSize)
    /// Reads octets that belong to nothing, then replies.
    case skip(octets: Int, Reply)
    case quit(Reply)
}

/// Who is to receive.
enum RecipientQuestion: Hashable, Sendable {
    case postmaster
    case mailbox(EnvelopeRecipient)
}
