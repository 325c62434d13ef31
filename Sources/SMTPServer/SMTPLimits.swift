/// Every bound on what a peer may do, by door. What the configuration sets (message size, recipients, connections) is looked
/// up in the generation in force; these are the bounds around it.
package struct SMTPLimits: Hashable, Sendable {
    /// Octets of a command line without CRLF: RFC 5321 §4.5.3.1.4 with room for DSN's parameters (RFC 3461 §4, RFC 1870).
    package var commandLine = 2048
    /// Octets of a line of AUTH without CRLF, RFC 4954 §4.
    package var authenticationLine = 12_288
    /// Octets of a message's header.
    package var header = 512 << 10
    /// Received fields before a message is taken for one that goes round in circles (RFC 5321 §6.3).
    package var hops = 50
    /// Octets that are still read, and thrown away, of a message that was refused while it came; then the connection is cut.
    package var overrun = 16 << 20
    /// Commands refused with 5xx, and failed log-ins, before 421 4.7.0.
    package var errors = 20
    /// Failed log-ins of one connection before 421 4.7.0.
    package var failedLogins = 5
    /// Commands of one connection; beyond it 421 4.7.0.
    package var commands = 100_000
    /// How long one connection may last, whatever it does.
    package var sessionTime: Duration = .seconds(4 * 3600)
    /// How long a connection that is told 421 may take to read it before it is cut.
    package var farewell: Duration = .seconds(5)
    /// How long a connection that is closed may take nothing of what it has not read, before that is forgotten. It may be the
    /// answer to a message, so it is never cut at once.
    package var unread: Duration = .seconds(30)
    /// The longest hold that HOLDFOR and HOLDUNTIL may ask for (RFC 4865 §4), in seconds.
    package var hold = 366 * 86400
    /// Octets of replies that are gathered before they are written (RFC 2920 §3.2).
    package var replyBatch = 16 << 10
    /// Addresses that a refused sender is shown.
    package var shownSenders = 10
    /// What goes before the configuration in tests: how long a client may be silent.
    package var idle: Duration?

    package init() {}
}
