internal import Mail
package import SMTP

/// What the server says. Each reply stands once, with its code and enhanced status (RFC 5321 §4.2, RFC 3463, RFC 5248).
extension Reply {
    private static func make(_ code: Int, _ subject: UInt16, _ detail: UInt16, _ text: String) -> Reply {
        Reply(code, EnhancedStatus(UInt8(code / 100), subject, detail), text)
    }

    // MARK: Done
    static let ok = make(250, 0, 0, "Ok")
    static let bye = make(221, 0, 0, "Bye")
    static let readyForTLS = make(220, 0, 0, "Ready to start TLS")
    static let loggedIn = make(235, 7, 0, "Logged in")
    static let senderOk = make(250, 1, 0, "Sender ok")
    package static let recipientOk = make(250, 1, 5, "Recipient ok")
    static let notVerified = make(252, 1, 5, "Not verified; send the message to find out")
    static let help = make(214, 0, 0, "See RFC 5321")
    static let goAhead = Reply(354, nil, "End the message with a line of a single dot")
    static func greeting(_ host: DomainName) -> Reply { Reply(220, nil, "\(host) ESMTP Malaposta") }
    static func queued(_ id: QueueID) -> Reply { make(250, 0, 0, "Ok: queued as \(id)") }
    static func chunkOk(_ octets: Int) -> Reply { make(250, 0, 0, "\(octets) octets received") }
    static func challenge(_ text: String) -> Reply { Reply(334, nil, text) }

    // MARK: The connection ends
    static let stopping = make(421, 3, 2, "This server is stopping; try again in a moment")
    static let idleTooLong = make(421, 4, 2, "Nothing was said for too long")
    static let sessionTooLong = make(421, 4, 2, "This session has lasted too long")
    static let tooManyErrors = make(421, 7, 0, "Too many errors")
    static let tooManyCommands = make(421, 7, 0, "Too many commands in one session")
    static let tooManyMessages = make(421, 4, 5, "Enough messages in one session; connect again")
    static let tooManyConnections = make(421, 3, 2, "Too many connections; try again later")
    static let tooManyFromAddress = make(421, 7, 0, "Too many connections from your address")
    static let tooManySessions = make(421, 7, 0, "Too many sessions of this user")
    static let loggedOut = make(421, 7, 0, "This account's password, state or plan has changed; log in again")
    static let overrun = make(552, 3, 4, "The message is too large")
    static let falseEnd = make(554, 6, 0, "The message's end has a bare LF or CR beside it: RFC 5321 section 2.3.8 asks for CRLF")

    // MARK: Commands
    static let unknownCommand = make(500, 5, 2, "No such command")
    static let lineTooLong = make(500, 5, 2, "The line is too long")
    static let bareLineFeed = make(500, 5, 2, "A line ends in CRLF, not in LF alone (RFC 5321 section 2.3.8)")
    static let bareCarriageReturn = make(500, 5, 2, "A line ends in CRLF; a CR alone is refused (RFC 5321 section 2.3.8)")
    static let disabled = make(502, 5, 1, "Not done here")
    static let helloFirst = make(503, 5, 1, "Say EHLO first")
    static let mailFirst = make(503, 5, 1, "MAIL first")
    static let recipientFirst = make(503, 5, 1, "RCPT first")
    static let noRecipients = make(554, 5, 1, "No recipient was accepted")
    static let nestedMail = make(503, 5, 1, "MAIL was said already; RSET first")
    static let chunksBegun = make(503, 5, 1, "The message has begun with BDAT")
    static let noParameters = make(501, 5, 4, "This command has nothing behind it")
    static func syntax(_ error: SMTPSyntaxError) -> Reply {
        switch error.expected {
        case .knownParameter, .valueOf: make(error.isUnknownParameter ? 555 : 501, 5, 4, error.description)
        case .asciiAddress: make(553, 6, 7, error.description)
        case .mailbox, .domain, .path, .addressLiteral: make(501, 1, 3, error.description)
        default: make(501, 5, 2, error.description)
        }
    }

    // MARK: TLS and log-in
    static let alreadySecured = make(503, 5, 1, "TLS is on already")
    static let tlsFirst = make(530, 7, 0, "Say STARTTLS first")
    static let loginOverTLSAlone = make(538, 7, 11, "Passwords are taken over TLS alone; say STARTTLS first")
    static let loginFirst = make(530, 7, 0, "Log in first")
    static let noLoginHere = make(502, 5, 1, "Nobody logs in here; use the submission port")
    static let alreadyLoggedIn = make(503, 5, 1, "Logged in already")
    static let loginWithinMail = make(503, 5, 1, "Not between MAIL and the message's end")
    static let unknownMechanism = make(504, 5, 4, "No such mechanism")
    static let loginCancelled = make(501, 0, 0, "Cancelled")
    static let notBase64 = make(501, 5, 2, "Not Base64")
    static let credentialsTooLong = make(500, 5, 6, "Too long")
    static let rejected = make(535, 7, 8, "Name or password is wrong")
    static let suspendedLogin = make(525, 7, 13, "This account is suspended")
    static let loginThrottled = make(454, 7, 0, "Too many failed log-ins; try again later")
    static let loginUnavailable = make(454, 7, 0, "Passwords cannot be checked just now; try again later")

    // MARK: Envelope
    static let senderLiteral = make(553, 1, 7, "A sender's address has a domain name")
    static let recipientLiteral = make(550, 1, 2, "Mail to address literals is not taken")
    static let tooLarge = make(552, 3, 4, "The message is too large")
    static let tooManyRecipients = make(452, 5, 3, "Too many recipients; send the message again for the others")
    static let holdTooLong = make(501, 5, 4, "Held for longer than is allowed, or until a time that is over")
    static let noPostmaster = make(550, 1, 1, "No domain is hosted here, so there is no postmaster")
    static let unknownMachineUser = make(451, 7, 1, "This machine does not know your user; try again later")
    static func machineUserMaySendAs(_ address: String) -> Reply {
        make(550, 7, 1, "Users of this machine send as themselves; you may send as \(address)")
    }
    static let directoryUnavailable = make(451, 3, 0, "The directory cannot be read just now; try again later")
    static func relayingDenied(_ address: Address) -> Reply { make(550, 7, 1, "Mail for \(address.domain) is not taken here") }
    /// Temporary (RFC 3463 §3.8, X.7.1), so that mail that comes while a domain moves here waits with its senders.
    static func unprovenDomain(_ address: Address) -> Reply {
        make(450, 7, 1, "<\(address)>: the ownership of \(address.domain) is not proven yet; try again later")
    }
    static func unprovenSender(_ domain: DomainName) -> Reply {
        make(550, 7, 1, "The ownership of \(domain) is not proven yet; nothing is sent in its name")
    }
    static func unknownAddress(_ address: Address) -> Reply { make(550, 1, 1, "<\(address)>: no such address here") }
    static func suspendedRecipient(_ address: Address) -> Reply {
        make(450, 2, 1, "<\(address)>: takes no mail just now; try again later")
    }
    static func disabledRecipient(_ address: Address) -> Reply { make(550, 2, 1, "<\(address)>: takes no mail any more") }
    static func expandsTooFar(_ address: Address) -> Reply { make(550, 4, 6, "<\(address)>: leads to too many addresses") }
    static func groupClosed(_ address: Address) -> Reply { make(550, 7, 1, "<\(address)>: takes no mail from this sender") }
    /// Names what is allowed, some lines of it.
    static func maySendAs(_ what: String, allowed: [Address], shown: Int) -> Reply {
        let more = allowed.count > shown ? ["... and \(allowed.count - shown) more"] : []
        let lines = ["\(what). You may send as:"] + allowed.prefix(shown).map { "  <\($0)>" } + more
        return Reply(550, EnhancedStatus(5, 7, 1), lines)
    }

    // MARK: The message
    static let bareLineEnds = make(554, 6, 0, "The message has bare LF or CR in it: RFC 5321 section 2.3.8 asks for CRLF")
    static let headerTooLarge = make(552, 3, 4, "The message's header is too large")
    static let tooManyHops = make(554, 4, 6, "Too many Received fields: this message goes round in circles")
    static let noFrom = make(550, 6, 0, "The message needs one From field with an address")
    static let notStored = make(451, 3, 0, "The message could not be stored; try again later")
}

extension SMTPSyntaxError {
    var isUnknownParameter: Bool {
        if case .knownParameter = expected { true } else { false }
    }
}
