internal import Directory
internal import LocalSocket
internal import Logging
internal import Mail
internal import NIOCore
internal import SMTP
internal import Wire

/// Runs one connection's dialogue: reads events, does what the session decides, writes replies. Belongs to one task.
final class SMTPConnection {
    let door: SMTPDoor
    let live: LiveConnection
    let id: String
    /// The user of this machine behind the `machine` door.
    let machineUser: SystemUser?
    var input: ConnectionInput
    var session: SMTPSession
    /// Who has logged in, as of the generation that was in force at the last command.
    var account: DirectoryAccount?
    /// The number of the generation that `account` is of.
    var accountGeneration = -1
    var token: SessionToken?
    /// The message that chunks belong to, or that DATA brings.
    var intake: MessageIntake?
    var chunkLines = LineEndCheck()
    private let outbound: NIOAsyncChannelOutboundWriter<Outgoing>
    private var replies = ByteBuffer()

    init(
        _ door: SMTPDoor, live: LiveConnection, machineUser: SystemUser? = nil, inbound: NIOAsyncChannelInboundStream<Incoming>,
        outbound: NIOAsyncChannelOutboundWriter<Outgoing>
    ) {
        self.door = door
        self.machineUser = machineUser
        self.live = live
        self.outbound = outbound
        id = "\(door.prefix)-\(live.number)"
        session = SMTPSession(door: door.kind, limits: door.limits)
        input = ConnectionInput(inbound, live: live, longestLine: door.limits.commandLine)
    }

    /// Until either side has had enough.
    func run() async {
        do {
            try await converse()
        } catch {
            await intake?.refuse(Refusal(.notStored))
            if let reply = (error as? ConnectionEnd)?.reply { await depart(reply) }
        }
        token?.deregister()
    }

    private func converse() async throws {
        if door.beginsWithTLS { try await waitForHandshake() }
        reply(.greeting(terms.hostName))
        while true {
            let event = try await nextEvent()
            await renewAccount()
            try await perform(session.handle(event, terms))
            await dropForgottenMessage()
        }
    }

    private func nextEvent() async throws -> SessionEvent {
        while true {
            if let farewell = live.farewell { throw ConnectionEnd(reply: farewell.reply) }
            do {
                if let line = try input.line(atMost: session.longestLine) { return .line(line) }
            } catch { return .badLine(error) }
            try await flush()
            _ = try await input.more(withinMessage: false)
        }
    }

    /// RSET, EHLO and the like forget the message that chunks have begun.
    private func dropForgottenMessage() async {
        guard session.envelope == nil, let intake else { return }
        self.intake = nil
        await intake.refuse(Refusal(.mailFirst))
    }

    // MARK: Actions

    private func perform(_ action: SessionAction) async throws {
        switch action {
        case .reply(let reply): self.reply(reply)
        case .close(let reply): throw ConnectionEnd(reply: reply)
        case .quit(let reply):
            self.reply(reply)
            try await flush()
            throw ConnectionEnd(reply: nil)
        case .startTLS(let reply): try await startTLS(reply)
        case .authenticate(let name, let password): try await proceed(await logIn(name, password))
        case .vouch(let account): try await proceed(await vouch(for: account))
        case .sender(let address): try await proceed(.sender(await checked(sender: address)))
        case .recipient(let question): try await proceed(.recipient(await checked(recipient: question)))
        case .data: try await receiveData()
        case .chunk(let size): try await receive(size)
        case .skip(let octets, let reply):
            try await skip(octets)
            self.reply(reply)
        }
        if replies.readableBytes >= door.limits.replyBatch { try await flush() }
    }

    /// Tells the session what came of its question.
    func proceed(_ event: SessionEvent) async throws { try await perform(session.handle(event, terms)) }

    private func proceed(_ login: (reply: Reply, account: DirectoryAccount?)) async throws {
        account = login.account
        try await proceed(.login(login.reply, login.account?.id))
    }

    // MARK: TLS

    private func startTLS(_ reply: Reply) async throws {
        try await flush()
        var octets = ByteBuffer()
        reply.write(to: &octets)
        try await outbound.write(.startTLS(octets))
        try await waitForHandshake()
    }

    /// Throws away all that came before (RFC 3207 §4.2).
    private func waitForHandshake() async throws {
        while true {
            input.forget()
            guard let version = try await input.more(withinMessage: false) else { continue }
            _ = session.handle(.secured(version: version), terms)
            return
        }
    }

    // MARK: Replies

    func reply(_ reply: Reply) { reply.write(to: &replies) }

    func flush() async throws {
        guard replies.readableBytes > 0 else { return }
        live.waits(true)
        defer { live.waits(false) }
        let octets = replies
        replies = ByteBuffer()
        try await outbound.write(.octets(octets))
    }

    /// Says the last word, and waits until the peer has closed, so that what it has sent meanwhile does not make the
    /// kernel throw the reply away.
    private func depart(_ reply: Reply) async {
        self.reply(reply)
        live.departs()
        guard (try? await flush()) != nil else { return }
        outbound.finish()
        await input.drain()
    }
}
