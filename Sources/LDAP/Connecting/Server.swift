/// How one directory is reached.
package struct Server: Sendable {
    /// As whom.
    package enum Identity: Sendable {
        case anonymous
        /// A simple bind (RFC 4513 §5.1.3).
        case simple(name: String, password: [UInt8])
        /// SASL EXTERNAL (RFC 4422 appendix A).
        case external
    }

    /// Tried in this order.
    package var urls: [String]
    /// STARTTLS on `ldap:` URLs, before anything else (RFC 4511 §4.14).
    package var startTLS: Bool
    /// PEM; the system's authorities where nil.
    package var authorityFile: String?
    package var certificateFile: String?
    package var keyFile: String?
    package var identity: Identity
    /// For one URL, TLS included.
    package var connectTime: Duration
    /// For one answer.
    package var answerTime: Duration

    package init(
        urls: [String], startTLS: Bool = true, authorityFile: String? = nil, certificateFile: String? = nil,
        keyFile: String? = nil, identity: Identity = .anonymous, connectTime: Duration = .seconds(5),
        answerTime: Duration = .seconds(60)
    ) {
        self.urls = urls
        self.startTLS = startTLS
        self.authorityFile = authorityFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.identity = identity
        self.connectTime = connectTime
        self.answerTime = answerTime
    }

    /// Where Debian keeps the authorities that the system trusts.
    static let systemAuthorities = "/etc/ssl/certs/ca-certificates.crt"
}
