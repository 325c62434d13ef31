package import SMTP

/// Why something is refused: what the peer reads, and what the log gets beside it.
package struct Refusal: Error, Hashable, Sendable {
    /// A 4xx where trying again may help, else a 5xx.
    package let reply: Reply
    /// Never shown to the peer.
    package let cause: String?

    package init(_ reply: Reply, cause: String? = nil) {
        self.reply = reply
        self.cause = cause
    }
}
