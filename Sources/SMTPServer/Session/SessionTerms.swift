internal import Mail

/// What the generation in force says to a session; looked up anew for each command, so that a new one holds at once.
struct SessionTerms: Sendable {
    var hostName: DomainName
    /// Whether passwords are taken from this peer without TLS.
    var allowsPlaintextLogin: Bool
    /// Octets of one message.
    var largestMessage: Int
    var recipientsPerMessage: Int
    var messagesPerSession: Int
    /// Seconds since 1970.
    var now: Int64
}
