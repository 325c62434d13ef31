package import Mail

/// What a client was waiting for.
package enum ClientStep: String, Hashable, Sendable {
    case connect, greeting, hello, startTLS, login, mail, recipient, data, message, quit
}

/// Why a message was not handed over.
package enum ClientError: Error, Hashable, Sendable {
    /// No connection; the text says why, for the log.
    case unreachable(String)
    case timedOut(ClientStep)
    /// The server went away before it had answered. At `.message` it may have taken the message all the same.
    case connectionLost(ClientStep)
    case malformedReply(ClientStep)
    /// The server said no.
    case refused(Reply, ClientStep)
    /// Each recipient was refused; never empty.
    case noRecipients([RefusedRecipient])
    /// TLS cannot be set up; the text says why, for the log.
    case tls(String)
    /// The server does not offer what the message needs (SMTPUTF8, STARTTLS, FUTURERELEASE ...).
    case notOffered(String)
    /// The message has lines that end in a bare LF or CR, and can not go out.
    case bareLineEnd
}

/// A recipient that the server did not take.
package struct RefusedRecipient: Hashable, Sendable {
    package let recipient: EnvelopeRecipient
    package let reply: Reply

    package init(recipient: EnvelopeRecipient, reply: Reply) {
        self.recipient = recipient
        self.reply = reply
    }
}

extension ClientError {
    /// The server's own words, where there are some.
    package var reply: Reply? {
        switch self {
        case .refused(let reply, _): reply
        case .noRecipients(let refused): refused.first?.reply
        default: nil
        }
    }

    /// Whether trying again later may help.
    package var isTransient: Bool {
        switch self {
        case .unreachable, .timedOut, .connectionLost, .malformedReply, .tls: true
        case .refused(let reply, _): reply.isTransient
        case .noRecipients(let refused): refused.contains { $0.reply.isTransient }
        case .notOffered, .bareLineEnd: false
        }
    }
}
