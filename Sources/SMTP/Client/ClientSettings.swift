package import Mail
package import NIOSSL

/// Where a client connects to.
package enum ClientDestination: Hashable, Sendable {
    case unixSocket(path: String)
    /// A host name or an IP address in text form. A name is looked up by the system's resolver.
    case host(String, port: Int)
}

/// How a client protects its connection.
package enum ClientSecurity: Sendable {
    case plain
    /// STARTTLS (RFC 3207); without it nothing is sent.
    case startTLS(NIOSSLContext, serverName: String?)
    /// STARTTLS where it is offered, otherwise plain (RFC 7435).
    case opportunistic(NIOSSLContext, serverName: String?)
    /// TLS from the first octet (RFC 8314 §3.3).
    case immediate(NIOSSLContext, serverName: String?)
}

/// How a client logs in.
package enum ClientLogin: Sendable {
    /// `AUTH PLAIN` (RFC 4616). Only over TLS.
    case password(name: String, password: [UInt8])
    /// `AUTH EXTERNAL` (RFC 4422 appendix A) on the local socket: the peer's process vouches for the account.
    case account(AccountID)
}

/// How long a client waits; the defaults are those of RFC 5321 §4.5.3.2.
package struct ClientDeadlines: Hashable, Sendable {
    package var connect: Duration = .seconds(30)
    package var greeting: Duration = .seconds(300)
    package var command: Duration = .seconds(300)
    /// For each write of the message that the peer does not take.
    package var block: Duration = .seconds(180)
    /// For the answer to the end of the message.
    package var acceptance: Duration = .seconds(600)
    package var quit: Duration = .seconds(5)

    package init() {}

    /// For a server on this machine.
    package static var local: ClientDeadlines {
        var deadlines = ClientDeadlines()
        deadlines.connect = .seconds(2)
        deadlines.greeting = .seconds(5)
        deadlines.command = .seconds(10)
        deadlines.block = .seconds(20)
        deadlines.acceptance = .seconds(30)
        return deadlines
    }
}
