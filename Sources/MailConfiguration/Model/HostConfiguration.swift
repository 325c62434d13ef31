package import Mail

/// `malaposta.yaml`: what the host's operator decides.
package struct HostConfiguration: Sendable, Codable, Equatable {
    package var position: SourcePosition
    /// The name in SMTP greetings, in EHLO and on the certificate.
    package var hostName: DomainName
    /// The IP addresses that the world reaches this host at, for DNS records; may be empty.
    package var addresses: [String]
    /// In the order of the file; names and address-port pairs are unique.
    package var listeners: [ListenerConfiguration]
    package var tls: TLSConfiguration
    package var plaintextLogin: PlaintextLogin
    /// Peers that are believed when they say whom a connection or a request comes from: PROXY protocol v2 on mail ports,
    /// X-Forwarded-For on web ports.
    package var proxies: [IPNetwork] = []
    /// Whether domains receive mail before their ownership is proven; for trials.
    package var allowsUnprovenDomains: Bool
    /// Where mail, spool and generations lie; the `--data` of a command goes before it.
    package var dataDirectory: String
    /// Where the sockets lie.
    package var runDirectory: String
    package var limits: HostLimits
    package var spool: SpoolConfiguration
    package var storage: StorageConfiguration
    package var log: LogConfiguration
    package var metrics = MetricsConfiguration()
    package var dns = NameServiceConfiguration()
    /// The most that any tenant's plan may ask for, unless `tenants` says otherwise for that one.
    package var tenantLimits: TenantLimits
    /// What stands in malaposta.yaml about single tenants, by id.
    package var tenants: [HostedTenant]

    /// The hard limits of one tenant.
    package func limits(of tenant: TenantID) -> TenantLimits {
        tenants.first { $0.id == tenant }?.limits ?? tenantLimits
    }

    mutating func forgetPositions() {
        position = .nowhere
        for index in listeners.indices { listeners[index].position = .nowhere }
        for index in tenants.indices { tenants[index].position = .nowhere }
        for index in tls.certificates.indices { tls.certificates[index].position = .nowhere }
    }
}

/// One socket that accepts connections.
package struct ListenerConfiguration: Sendable, Codable, Equatable {
    package var position: SourcePosition
    /// Unique; also the name of the passed descriptor.
    package var name: String
    package var service: ListenerService
    /// An IPv4 or IPv6 address in its usual text form; `0.0.0.0` and `::` are all addresses.
    package var address: String
    package var port: UInt16
}

/// What is spoken on a listener.
package enum ListenerService: String, Sendable, Codable, CaseIterable {
    /// Mail from other hosts (RFC 5321).
    case smtp
    /// Mail from users, TLS by STARTTLS (RFC 6409).
    case submission
    /// Mail from users, TLS from the first octet (RFC 8314 §3.3).
    case submissions
    case imap
    /// IMAP with TLS from the first octet (RFC 8314 §3.2).
    case imaps
    case http
    case https

    /// Whether TLS begins with the first octet.
    package var beginsWithTLS: Bool {
        switch self {
        case .submissions, .imaps, .https: true
        case .smtp, .submission, .imap, .http: false
        }
    }

    /// Whether malaposta-web serves it; malaposta-mail serves the others.
    package var isWeb: Bool { self == .http || self == .https }
}

/// The host's certificates.
package struct TLSConfiguration: Sendable, Codable, Equatable {
    /// Where true, a certificate is made in the data directory for what no file covers.
    package var selfSigned: Bool
    /// The first one is the default; the others are chosen by name (SNI, RFC 6066 §3).
    package var certificates: [CertificateFiles]
}

/// A certificate chain and its key, PEM.
package struct CertificateFiles: Sendable, Codable, Equatable {
    package var position: SourcePosition
    /// As written; a relative path counts from the configuration folder.
    package var certificateFile: String
    package var keyFile: String
}

/// Where passwords are taken without TLS.
package enum PlaintextLogin: String, Sendable, Codable, CaseIterable {
    case never
    /// Only on connections from this machine itself.
    case loopback
}

/// What the host as a whole bears; each bound has its default in `HostFile`.
package struct HostLimits: Sendable, Codable, Equatable {
    /// Open connections, all services together.
    package var connections: Int
    package var connectionsPerAddress: Int
    package var connectionsPerUser: Int
    /// Messages that one SMTP connection may send.
    package var messagesPerSession: Int
    /// Recipients of one message from another host; a tenant's plan bounds submission.
    package var recipientsPerMessage: Int
    /// The largest message that any service takes, in octets of the message as sent.
    package var messageSize: ByteCount
    /// How long an SMTP client may be silent (RFC 5321 §4.5.3.2.7: at least 5 minutes).
    package var smtpIdle: Duration
    /// How long an IMAP client may be silent after log-in (RFC 9051 §5.4: at least 30 minutes).
    package var imapIdle: Duration
    /// How long any client may take to log in.
    package var loginTime: Duration
    /// How long a web session lives without a request.
    package var webSession: Duration
}

/// Bounds of the journal of accepted mail.
package struct SpoolConfiguration: Sendable, Codable, Equatable {
    /// The most that waiting mail may take; beyond it SMTP answers 452 4.3.1.
    package var size: ByteCount
    /// What stays free on the disk; below it SMTP answers 452 4.3.1.
    package var freeDisk: ByteCount
    /// How long a message waits for a dead host (RFC 5321 §4.5.4.1: at least 4 to 5 days).
    package var lifetime: Duration
}

/// Which engine keeps accounts' metadata.
package struct StorageConfiguration: Sendable, Codable, Equatable {
    package var engine: StorageEngine
}

package enum StorageEngine: String, Sendable, Codable, CaseIterable {
    case sqlite
}

package struct LogConfiguration: Sendable, Codable, Equatable {
    package var level: LogLevel
}

/// The levels of swift-log.
package enum LogLevel: String, Sendable, Codable, CaseIterable {
    case trace, debug, info, notice, warning, error, critical
}

/// How this host asks DNS.
package struct NameServiceConfiguration: Sendable, Codable, Equatable {
    /// Resolvers asked instead of the root's servers, each as `address@port`.
    package var forwardTo: [String] = []
    /// Keys that validation begins with; nil is what Debian's dns-root-data has.
    package var trustAnchorFile: String?
    /// Whether name servers and web sites at addresses that are not the world's may be asked.
    package var asksPrivate = false
}

/// What malaposta.yaml says about one tenant.
package struct HostedTenant: Sendable, Codable, Equatable {
    package var position: SourcePosition
    package var id: TenantID
    /// Every bound that the file leaves out is that of `HostConfiguration.tenantLimits`.
    package var limits: TenantLimits
}
