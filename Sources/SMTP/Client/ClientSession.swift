internal import NIOCore
internal import NIOSSL
internal import Wire

/// One connection to a server, from its greeting to QUIT. Belongs to one task.
package final class ClientSession {
    /// The longest line of a reply that is read, in octets.
    static let longestReplyLine = 4096

    private let channel: any Channel
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    let deadlines: ClientDeadlines
    private var received = ByteBuffer()
    private var framing = LineFraming(limit: longestReplyLine, lineEnds: .tolerant)
    private var parser = ReplyParser()
    /// What the server offers, as of its last answer to EHLO.
    package private(set) var extensions = ServerExtensions.none
    /// Whether what is sent is encrypted.
    package private(set) var isEncrypted = false

    init(
        channel: any Channel, inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
        outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>, deadlines: ClientDeadlines
    ) {
        self.channel = channel
        self.inbound = inbound.makeAsyncIterator()
        self.outbound = outbound
        self.deadlines = deadlines
    }

    // MARK: Lines and replies

    func write(_ text: String, _ step: ClientStep) async throws { try await write(ByteBuffer(string: text), step) }

    func write(_ octets: ByteBuffer, _ step: ClientStep) async throws {
        try await within(deadlines.block, step) {
            do { try await outbound.write(octets) } catch is CancellationError { throw CancellationError() } catch {
                throw ClientError.connectionLost(step)
            }
        }
    }

    /// Waits for the next reply.
    func reply(_ step: ClientStep, within deadline: Duration? = nil) async throws -> Reply {
        try await within(deadline ?? deadlines.command, step) {
            while true {
                do {
                    while let line = try framing.next(from: &received) {
                        if let reply = try parser.add(line) { return reply }
                    }
                } catch { throw ClientError.malformedReply(step) }
                guard var more = try await nextOctets(step) else { throw ClientError.connectionLost(step) }
                received.writeBuffer(&more)
                received.discardReadBytes()
            }
        }
    }

    /// Sends one command and waits for its reply.
    ///
    /// - Throws: `.refused` unless the reply is a 2xx or 3xx.
    func command(_ text: String, _ step: ClientStep) async throws -> Reply {
        try await write(text, step)
        let reply = try await reply(step)
        guard reply.code < 400 else { throw ClientError.refused(reply, step) }
        return reply
    }

    private func nextOctets(_ step: ClientStep) async throws -> ByteBuffer? {
        do { return try await inbound.next(isolation: #isolation) } catch let error as NIOSSLError {
            throw ClientError.tls("\(error)")
        } catch is CancellationError {
            throw CancellationError()
        } catch { throw ClientError.connectionLost(step) }
    }

    /// Cuts the connection at the deadline, which ends whatever waits for it.
    private func within<Result>(_ deadline: Duration, _ step: ClientStep, _ body: () async throws -> Result) async throws
        -> Result
    {
        let channel = channel
        let timer = channel.eventLoop.scheduleTask(in: TimeAmount(deadline)) { channel.close(promise: nil) }
        let end = ContinuousClock.now + deadline
        defer { timer.cancel() }
        do { return try await body() } catch let error as ClientError {
            guard case .connectionLost = error, ContinuousClock.now >= end else { throw error }
            throw ClientError.timedOut(step)
        }
    }

    // MARK: Opening and closing

    func open(helo: String, security: ClientSecurity, login: ClientLogin?) async throws {
        let greeting = try await reply(.greeting, within: deadlines.greeting)
        guard greeting.code == 220 else { throw ClientError.refused(greeting, .greeting) }
        if case .immediate = security { isEncrypted = true }
        try await hello(helo)
        try await secure(security, helo: helo)
        if let login { try await logIn(login) }
    }

    func quit() async {
        guard (try? await write("QUIT\r\n", .quit)) != nil else { return }
        _ = try? await reply(.quit, within: deadlines.quit)
    }

    /// EHLO, and HELO where that is not known (RFC 5321 §3.2).
    private func hello(_ name: String) async throws {
        try await write("EHLO \(name)\r\n", .hello)
        let answer = try await reply(.hello)
        if answer.isPositive {
            extensions = ServerExtensions(answer)
        } else if answer.isPermanent {
            _ = try await command("HELO \(name)\r\n", .hello)
            extensions = ServerExtensions.none
        } else {
            throw ClientError.refused(answer, .hello)
        }
    }

    private func secure(_ security: ClientSecurity, helo: String) async throws {
        switch security {
        case .plain, .immediate: return
        case .opportunistic(let context, let name):
            guard extensions.offers("STARTTLS") else { return }
            try await startTLS(context, name, helo: helo)
        case .startTLS(let context, let name):
            guard extensions.offers("STARTTLS") else { throw ClientError.notOffered("STARTTLS") }
            try await startTLS(context, name, helo: helo)
        }
    }

    /// RFC 3207 §4: what was said before is forgotten, and so is what came behind the 220 in plain text.
    private func startTLS(_ context: NIOSSLContext, _ name: String?, helo: String) async throws {
        _ = try await command("STARTTLS\r\n", .startTLS)
        guard received.readableBytes == 0 else { throw ClientError.tls("the server spoke before the handshake") }
        received.clear()
        framing.reset()
        let channel = channel
        do {
            try await channel.eventLoop.submit {
                try channel.pipeline.syncOperations.addHandler(Self.tlsHandler(context, name), position: .first)
            }.get()
        } catch { throw ClientError.tls("\(error)") }
        isEncrypted = true
        try await hello(helo)
    }

    /// A name that is no host name (an address) goes without SNI.
    static func tlsHandler(_ context: NIOSSLContext, _ name: String?) throws -> NIOSSLClientHandler {
        do { return try NIOSSLClientHandler(context: context, serverHostname: name) } catch let error as NIOSSLExtraError {
            guard error == .cannotUseIPAddressInSNI else { throw error }
            return try NIOSSLClientHandler(context: context, serverHostname: nil)
        }
    }
}
