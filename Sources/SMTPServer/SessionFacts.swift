package import Directory

/// Which door a message comes in by.
package enum DoorKind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Mail from other hosts (RFC 5321).
    case mx
    /// Mail from users' programs (RFC 6409).
    case submission
    /// Mail from users by way of this host's own programs, over a unix socket.
    case local
    /// Mail from this machine's own users, who are known by the kernel's word: sendmail(8), over a unix socket.
    case machine

    /// Whether nothing can be sent before a log-in.
    package var needsLogin: Bool { self == .submission || self == .local }
    /// Whether it is a unix socket.
    package var isUnixSocket: Bool { self == .local || self == .machine }
}

/// What is known of a session, and of what its message asks for beside the envelope.
package struct SessionFacts: Sendable {
    /// Unique among the sessions of this process; log lines and the Received line carry it.
    package var session: String
    package var door: DoorKind
    /// The peer's IP address without port; nil over a unix socket.
    package var remoteAddress: String?
    /// What EHLO or HELO gave: a domain, or an address literal with its brackets. Not verified.
    package var helo: String
    /// Whether the client spoke EHLO (RFC 5321 §4.1.1.1).
    package var isExtended: Bool
    /// `TLSv1.3`, or nil on a plain connection.
    package var tlsVersion: String?
    /// Who has logged in, as of the generation in force when the message began; never nil behind `submission` and `local`.
    package var account: DirectoryAccount?
    /// Seconds since 1970 before which the message is not delivered (RFC 4865).
    package var holdUntil: Int64?
    /// Whether the spool entry also files the sender's Sent copy (`XSENT` of the local door).
    package var filesSentCopy: Bool

    package init(
        session: String, door: DoorKind, remoteAddress: String? = nil, helo: String = "", isExtended: Bool = true,
        tlsVersion: String? = nil, account: DirectoryAccount? = nil, holdUntil: Int64? = nil, filesSentCopy: Bool = false
    ) {
        self.session = session
        self.door = door
        self.remoteAddress = remoteAddress
        self.helo = helo
        self.isExtended = isExtended
        self.tlsVersion = tlsVersion
        self.account = account
        self.holdUntil = holdUntil
        self.filesSentCopy = filesSentCopy
    }
}
