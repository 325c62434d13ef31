package import Directory
package import NIOCore

/// What can happen to a connection: octets come, or something that the session must look at.
package enum ConnectionEvent: Sendable {
    /// - Parameter isEncrypted: whether they came through TLS.
    case octets(ByteBuffer, isEncrypted: Bool)
    /// The watched mailbox has changed.
    case mailboxChanged
    /// Another generation is in force.
    case generationChanged
    /// The account's rights were withdrawn.
    case ended(SessionEnd)
    /// Nothing came for as long as is allowed.
    case timedOut
    /// The service is stopping.
    case stopping
    /// The peer has closed its side, or the connection broke.
    case closed
}
