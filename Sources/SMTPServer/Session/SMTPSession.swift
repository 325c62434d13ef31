internal import Mail
internal import NIOCore
internal import SMTP
internal import Wire

/// One SMTP session as a value: events go in, actions come out (RFC 5321 §4.1.4). It holds no socket and asks no clock.
struct SMTPSession: Sendable {
    let door: DoorKind
    let limits: SMTPLimits
    private(set) var isSecured: Bool
    private(set) var tlsVersion: String?
    private(set) var helo = ""
    private(set) var isExtended = false
    /// Who has logged in.
    private(set) var account: AccountID?
    /// The open MAIL.
    private(set) var envelope: Envelope?
    private(set) var declaredSize: Int?
    private(set) var holdUntil: Int64?
    private(set) var filesSentCopy = false
    /// Messages that have begun.
    private(set) var messages = 0

    private var exchange: LoginExchange?
    private var pending: RecipientCommand?
    private var pendingMail: MailCommand?
    private var refusedRecipients = 0
    private var hasChunks = false
    private var commands = 0
    private var errors = 0
    private var failedLogins = 0

    init(door: DoorKind, limits: SMTPLimits) {
        self.door = door
        self.limits = limits
        // A unix socket leaves the machine nowhere.
        isSecured = door.isUnixSocket
    }

    /// The longest line that may come now, in octets.
    var longestLine: Int { exchange == nil ? limits.commandLine : limits.authenticationLine }

    var mailParameters: Set<Keyword> { CapabilityTable.table(for: door).mailParameters }
    var recipientParameters: Set<Keyword> { CapabilityTable.table(for: door).recipientParameters }

    /// The mechanisms that are offered as things stand.
    func mechanisms(_ terms: SessionTerms) -> [Mechanism] {
        switch door {
        case .mx, .machine: []
        case .submission: account == nil && (isSecured || terms.allowsPlaintextLogin) ? [.plain, .login] : []
        case .local: account == nil ? [.external] : []
        }
    }

    mutating func handle(_ event: SessionEvent, _ terms: SessionTerms) -> SessionAction {
        counted(decide(event, terms))
    }

    // MARK: Events

    private mutating func decide(_ event: SessionEvent, _ terms: SessionTerms) -> SessionAction {
        switch event {
        case .line(let line): return take(line, terms)
        case .badLine(let error): return refuse(error)
        case .secured(let version): return secured(version)
        case .login(let reply, let id): return loggedIn(reply, id)
        case .sender(let reply): return opened(reply)
        case .recipient(let reply): return added(reply)
        case .began(let refusal):
            guard let refusal else { return .reply(.goAhead) }
            forgetMail()
            return .reply(refusal)
        case .chunkDone(let octets): return .reply(.chunkOk(octets))
        case .message(let reply):
            forgetMail()
            return .reply(reply)
        }
    }

    private mutating func take(_ line: ByteBuffer, _ terms: SessionTerms) -> SessionAction {
        if let exchange { return advance(exchange.take(line)) }
        commands += 1
        guard commands <= limits.commands else { return .close(.tooManyCommands) }
        var reader = CommandReader(line)
        guard let verb = reader.verb(), let rule = CommandTable.table[verb] else { return .reply(.unknownCommand) }
        if let missing = missing(rule.need) { return .reply(missing) }
        do { return act(try rule.read(&reader, self), terms) } catch {
            // Behind a BDAT that is not understood there may be octets of which nobody knows how many.
            return verb == "BDAT" ? .close(.syntax(error)) : .reply(.syntax(error))
        }
    }

    private func missing(_ need: CommandRule.Need) -> Reply? {
        switch need {
        case .nothing: return nil
        case .hello: return helo.isEmpty ? .helloFirst : nil
        case .rights:
            if helo.isEmpty { return .helloFirst }
            return door.needsLogin && account == nil ? .loginFirst : nil
        case .mail:
            if helo.isEmpty { return .helloFirst }
            if door.needsLogin, account == nil { return .loginFirst }
            return envelope == nil ? .mailFirst : nil
        }
    }

    private mutating func refuse(_ error: LineError) -> SessionAction {
        exchange = nil
        switch error {
        case .tooLong: return .reply(.lineTooLong)
        case .bareLineFeed: return .reply(.bareLineFeed)
        case .bareCarriageReturn: return .reply(.bareCarriageReturn)
        }
    }

    // MARK: Commands

    private mutating func act(_ command: Command, _ terms: SessionTerms) -> SessionAction {
        switch command {
        case .hello(let name, let isExtended): return hello(name, isExtended: isExtended, terms)
        case .startTLS: return startTLS()
        case .authenticate(let mechanism, let initial): return authenticate(mechanism, initial, terms)
        case .mail(let mail): return begin(mail, terms)
        case .recipient(let recipient): return add(recipient, terms)
        case .data: return data()
        case .chunk(let size): return chunk(size, terms)
        case .reset:
            forgetMail()
            return .reply(.ok)
        case .noop: return .reply(.ok)
        case .quit: return .quit(.bye)
        case .verify: return .reply(.notVerified)
        case .expand: return .reply(.disabled)
        case .help: return .reply(.help)
        }
    }

    private mutating func hello(_ name: String, isExtended: Bool, _ terms: SessionTerms) -> SessionAction {
        forgetMail()
        helo = name
        self.isExtended = isExtended
        let first = "\(terms.hostName) at your service"
        guard isExtended else { return .reply(Reply(250, nil, first)) }
        return .reply(Reply(250, nil, [first] + CapabilityTable.table(for: door).lines(self, terms, limits: limits)))
    }

    private mutating func startTLS() -> SessionAction {
        guard CapabilityTable.table(for: door).offersSTARTTLS else { return .reply(.disabled) }
        return isSecured ? .reply(.alreadySecured) : .startTLS(.readyForTLS)
    }

    /// Whatever was said before the handshake is forgotten (RFC 3207 §4.2).
    private mutating func secured(_ version: String) -> SessionAction {
        let (commands, errors, failed) = (commands, errors, failedLogins)
        self = SMTPSession(door: door, limits: limits)
        (self.commands, self.errors, failedLogins) = (commands, errors, failed)
        isSecured = true
        tlsVersion = version
        return .reply(.ok)
    }

    // MARK: Log-in

    private mutating func authenticate(_ mechanism: Mechanism?, _ initial: ByteBuffer?, _ terms: SessionTerms) -> SessionAction {
        guard door.needsLogin else { return .reply(.noLoginHere) }
        guard account == nil else { return .reply(.alreadyLoggedIn) }
        guard envelope == nil else { return .reply(.loginWithinMail) }
        guard door == .local || isSecured || terms.allowsPlaintextLogin else { return .reply(.loginOverTLSAlone) }
        guard let mechanism, mechanisms(terms).contains(mechanism) else { return .reply(.unknownMechanism) }
        let exchange = LoginExchange(mechanism)
        guard let initial else {
            self.exchange = exchange
            return .reply(exchange.prompt)
        }
        return advance(exchange.take(initial))
    }

    private mutating func advance(_ step: LoginStep) -> SessionAction {
        exchange = nil
        switch step {
        case .challenge(let reply, let next):
            exchange = next
            return .reply(reply)
        case .credentials(let name, let password): return .authenticate(name: name, password: password)
        case .account(let id): return .vouch(account: id)
        case .refused(let reply): return .reply(reply)
        }
    }

    private mutating func loggedIn(_ reply: Reply, _ id: AccountID?) -> SessionAction {
        if reply.isPositive {
            account = id
            return .reply(reply)
        }
        failedLogins += 1
        return failedLogins >= limits.failedLogins || reply.code == 421
            ? .close(reply.code == 421 ? reply : .tooManyErrors) : .reply(reply)
    }

    // MARK: Envelope

    private mutating func begin(_ mail: MailCommand, _ terms: SessionTerms) -> SessionAction {
        guard envelope == nil else { return .reply(.nestedMail) }
        guard messages < terms.messagesPerSession else { return .close(.tooManyMessages) }
        guard (mail.parameters.size ?? 0) <= terms.largestMessage else { return .reply(.tooLarge) }
        if case .literal = mail.from { return .reply(.senderLiteral) }
        switch mail.parameters.hold {
        case .interval(let seconds): holdUntil = terms.now + Int64(seconds)
        case .until(let time): holdUntil = time
        case nil: holdUntil = nil
        }
        if let holdUntil, holdUntil <= terms.now || holdUntil > terms.now + Int64(limits.hold) { return .reply(.holdTooLong) }
        pendingMail = mail
        return .sender(mail.from.address)
    }

    private mutating func opened(_ reply: Reply) -> SessionAction {
        guard let mail = pendingMail, reply.isPositive else {
            forgetMail()
            return .reply(reply)
        }
        pendingMail = nil
        envelope = Envelope(
            sender: mail.from.address, smtpUTF8: mail.parameters.smtpUTF8, envelopeID: mail.parameters.envelopeID,
            returnsFullMessage: mail.parameters.returnsFullMessage ?? false)
        declaredSize = mail.parameters.size
        filesSentCopy = mail.parameters.filesSentCopy
        messages += 1
        return .reply(reply)
    }

    private mutating func add(_ recipient: RecipientCommand, _ terms: SessionTerms) -> SessionAction {
        guard !hasChunks else { return .reply(.chunksBegun) }
        guard let envelope, envelope.recipients.count < terms.recipientsPerMessage else { return .reply(.tooManyRecipients) }
        pending = recipient
        switch recipient.to {
        case .postmaster: return .recipient(.postmaster)
        case .mailbox(let address): return .recipient(.mailbox(make(address, recipient.parameters)))
        case .null, .literal: return .reply(.recipientLiteral)
        }
    }

    private mutating func added(_ reply: Reply) -> SessionAction {
        if !reply.isPositive { refusedRecipients += 1 }
        pending = nil
        return .reply(reply)
    }

    /// Notes a recipient that has been accepted.
    mutating func append(_ recipient: EnvelopeRecipient) { envelope?.recipients.append(recipient) }

    private func make(_ address: Address, _ parameters: RecipientParameters) -> EnvelopeRecipient {
        EnvelopeRecipient(address, notify: parameters.notify, originalRecipient: parameters.originalRecipient)
    }

    /// DSN parameters of the recipient that is being asked about.
    var pendingParameters: RecipientParameters { pending?.parameters ?? RecipientParameters() }

    // MARK: Message

    private mutating func data() -> SessionAction {
        guard !hasChunks else { return .reply(.chunksBegun) }
        return hasRecipients.map { .reply($0) } ?? .data
    }

    private mutating func chunk(_ size: ChunkSize, _ terms: SessionTerms) -> SessionAction {
        let refusal = missing(.mail) ?? hasRecipients
        guard size.octets <= terms.largestMessage + limits.overrun else { return .close(.overrun) }
        if let refusal { return .skip(octets: size.octets, refusal) }
        hasChunks = true
        return .chunk(size)
    }

    /// Why no octets may come, or nil.
    private var hasRecipients: Reply? {
        guard envelope?.recipients.isEmpty != false else { return nil }
        return refusedRecipients > 0 ? .noRecipients : .recipientFirst
    }

    private mutating func forgetMail() {
        envelope = nil
        declaredSize = nil
        holdUntil = nil
        filesSentCopy = false
        pending = nil
        pendingMail = nil
        refusedRecipients = 0
        hasChunks = false
    }

    // MARK: Bounds

    /// Counts refusals; beyond `limits.errors` the session ends.
    private mutating func counted(_ action: SessionAction) -> SessionAction {
        switch action {
        case .reply(let reply) where reply.isPermanent, .skip(_, let reply) where reply.isPermanent: errors += 1
        default: return action
        }
        return errors > limits.errors ? .close(.tooManyErrors) : action
    }
}
