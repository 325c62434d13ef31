internal import Directory
internal import Logging
internal import Mail
internal import MailConfiguration
internal import NIOCore
internal import Store

/// One client's session, from the greeting to the end.
///
/// Commands come in order and are answered in order. What a command does stands in a file under Commands. One task waits for what
/// happens, and has a task of its own serve each event: with it goes the stack that a command has grown, which a task keeps to its
/// end, so that a connection that waits holds little.
///
/// Unchecked: the two tasks take turns, one waits while the other runs.
final class Session: @unchecked Sendable {
    let connection: ClientConnection
    let services: IMAPServices
    /// As the generation that was looked at last has them.
    private(set) var limits: IMAPLimits
    var logger: Logger
    /// Replies that are not sent yet.
    var replies = ByteBuffer()
    var user: User?
    var selected: SelectedMailbox?
    /// Whether the client understands mod-sequences (RFC 7162 §3.1).
    var usesModSequences = false
    var isEncrypted: Bool
    /// Of the command that is being done.
    var currentTag = ByteBuffer()
    /// Between IDLE and DONE: its tag.
    var idling: ByteBuffer?
    /// Set with the last reply.
    var isOver = false
    var input = ByteBuffer()
    var framing: CommandFraming
    private var badCommands = 0
    var failedLogins = 0
    /// Set where the connection ends behind the answer under way.
    var sayGoodbyeAfterReply: String?
    /// Set by STARTTLS until its answer is sent.
    var needsTLS = false
    /// Replies on their way.
    private var sending: EventLoopFuture<Void>?

    init(_ connection: ClientConnection, services: IMAPServices) {
        self.connection = connection
        self.services = services
        limits = services.limits
        logger = services.logger
        logger[metadataKey: "remote"] = "\(connection.remoteAddress)"
        isEncrypted = connection.beganWithTLS
        framing = CommandFraming(limits: limits)
    }

    /// Whether a password may be sent over this connection.
    var allowsPasswords: Bool {
        isEncrypted || connection.isLoopback && services.generation.value.host.plaintextLogin == .loopback
    }

    var canStartTLS: Bool { !isEncrypted && services.certificates != nil }

    var capabilities: String {
        if let user { return CapabilityTable.afterLogin(appendLimit: user.appendLimit(limits)) }
        return CapabilityTable.beforeLogin(canStartTLS: canStartTLS, canLogIn: allowsPasswords)
    }

    /// Takes up the limits in force; the client's patience is measured anew.
    func renewLimits() {
        let before = limits
        limits = services.limits
        if limits.idleTime != before.idleTime { connection.allow(limits.idleTime, isRenewed: true) }
    }

    /// Serves the client until it leaves, is sent away, or breaks the connection.
    func run() async {
        do {
            replies.write(untagged: .ok("\(services.generation.value.host.hostName) IMAP ready", .capability(capabilities)))
            try await flush()
            while !isOver {
                let event = await connection.next()
                guard needsServing(event) else { continue }
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await self.serve(event) }
                }
            }
        } catch { noteEnd(error) }
        // A farewell may still be there to send.
        try? await flush()
        selected = nil
        user = nil
        await connection.close()
    }

    /// Of a change only who idles is told at once; who made it knows it already.
    private func needsServing(_ event: ConnectionEvent) -> Bool {
        guard case .mailboxChanged = event else { return true }
        return idling != nil && selected?.hasChanged == true
    }

    private func noteEnd(_ error: any Error) {
        logger.debug("connection ended", metadata: ["cause": "\(error)"])
        isOver = true
    }

    /// Takes in what has happened, and serves what is there to be served.
    private func serve(_ event: ConnectionEvent) async {
        do {
            try await take(event)
            while !isOver, try await serveNext() {}
            if !isOver { try await flush() }
        } catch { noteEnd(error) }
        if input.readableBytes == 0 { input = ByteBuffer() }
    }

    /// False where more octets are needed.
    private func serveNext() async throws -> Bool {
        guard let tag = idling else { return try await serveOne() }
        return try await goOnIdling(tag)
    }

    private func serveOne() async throws -> Bool {
        do {
            guard let frame = try framing.next(from: &input) else { return false }
            switch frame {
            case .command(let octets):
                await execute(octets)
                if let farewell = sayGoodbyeAfterReply { sayGoodbye(farewell) }
                if needsTLS { try await beginTLS() }
            case .literal(let header, let octets): try await literal(header, after: octets)
            case .chunk, .discarded: break
            }
        } catch let failure as CommandFraming.Failure {
            replies.write(untagged: refusal(of: failure))
            countBadCommand()
        }
        if input.readableBytes == 0 || replies.readableBytes > limits.replyBuffer.octets { try await flush() }
        return true
    }

    func refusal(of failure: CommandFraming.Failure) -> Reply {
        switch failure {
        case .lineTooLong(let limit): .bad("A command has at most \(limit) octets without its literals")
        }
    }

    /// Waits within a command for what happens next, and takes it in.
    func waitForOctets() async throws {
        if input.readableBytes == 0 { input = ByteBuffer() }
        try await take(await connection.next())
    }

    func take(_ event: ConnectionEvent) async throws {
        switch event {
        case .octets(let octets, let isEncrypted):
            // What came before the handshake is no part of what is said behind it (RFC 9051 §6.2.1).
            guard isEncrypted == self.isEncrypted else { return }
            if input.readableBytes == 0 { input = octets } else { input.writeImmutableBuffer(octets) }
        // The selected mailbox knows of it; whoever waits looks there.
        case .mailboxChanged: break
        case .generationChanged: await lookAtGeneration()
        case .ended(let reason): sayGoodbye(Self.farewell(reason))
        case .timedOut: sayGoodbye(user == nil ? "Too slow to log in" : "Nothing was heard for too long")
        case .stopping: sayGoodbye("The server is stopping, please come back", .unavailable)
        case .closed: isOver = true
        }
    }

    private static func farewell(_ reason: SessionEnd) -> String {
        switch reason {
        case .passwordChanged: "The password was changed, please log in again"
        case .suspended: "This account is suspended"
        case .removed: "This account is no longer here"
        }
    }

    /// The last untagged reply.
    func sayGoodbye(_ text: String, _ code: ResponseCode? = nil) {
        guard !isOver else { return }
        replies.write(untagged: Reply(condition: .bye, code: code, text: text))
        isOver = true
    }

    func countBadCommand() {
        badCommands += 1
        if badCommands >= limits.badCommands { sayGoodbye("Too many wrong commands") }
    }

    /// The next line, whatever it ends in; nil where it was too long. Sends what is gathered first.
    func line() async throws -> ByteBuffer? {
        try await flush()
        while !isOver {
            do {
                if let line = try framing.nextLine(from: &input) { return line }
            } catch {
                return nil
            }
            try await waitForOctets()
        }
        throw CancellationError()
    }

    // MARK: Sending

    /// Sends what is gathered; returns when the batch before it has left, so two batches at most are in memory.
    func flush() async throws {
        guard replies.readableBytes > 0 else { return }
        let batch = replies
        replies = ByteBuffer()
        let previous = sending
        sending = connection.start(batch)
        try await previous?.get()
    }

    /// Sends what is gathered once it is a batch.
    func flushIfLarge() async throws {
        if replies.readableBytes >= limits.replyBuffer.octets { try await flush() }
    }
}
