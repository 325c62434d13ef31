internal import MIME
internal import Mail
internal import NIOCore
internal import SMTP

/// Hands one message to the mail worker by its socket for this machine's users; systemd holds the socket, so that a worker that is
/// being started anew costs a moment and no message.
package struct SendmailRun: Sendable {
    /// Exit statuses of sysexits.h.
    package enum Status: Int32, Sendable {
        case fine = 0
        case usage = 64
        case noUser = 67
        case unavailable = 69
        case temporary = 75
        case notPermitted = 77
    }

    /// What came of it, with sentences for standard error.
    package struct Outcome: Sendable, Equatable {
        package var status: Status
        package var sentences: [String]

        package init(status: Status, sentences: [String] = []) {
            self.status = status
            self.sentences = sentences
        }
    }

    private let socket: String
    private let caller: String

    /// - Parameter caller: the user's name on this machine.
    package init(socket: String, caller: String) {
        self.socket = socket
        self.caller = caller
    }

    package func send(_ order: SendmailOrder, _ message: GivenMessage) async -> Outcome {
        var deadlines = ClientDeadlines.local
        // A worker that starts may have to recover its spool first.
        deadlines.greeting = .seconds(120)
        let client = SMTPClient(.unixSocket(path: socket), helo: "localhost", deadlines: deadlines)
        do {
            return try await client.withSession { session in
                try await hand(over: order, message, to: session)
            }
        } catch let error as ClientError {
            return Self.outcome(error)
        } catch let error as BadAddress {
            return Outcome(status: .usage, sentences: ["\(error)"])
        } catch {
            return Outcome(status: .temporary, sentences: ["\(error)"])
        }
    }

    private func hand(over order: SendmailOrder, _ message: GivenMessage, to session: ClientSession) async throws -> Outcome {
        let host = session.extensions.serverName
        let own = try GivenAddress.address(HeaderAddress(address: caller), at: host)
        let sender = try order.sender.map { try GivenAddress.sender($0, at: host) } ?? own
        let given = try order.recipients.flatMap(GivenAddress.list) + (order.readsRecipients ? message.recipients : [])
        guard !given.isEmpty else { return Outcome(status: .usage, sentences: ["no recipients are given"]) }
        var seen: Set<Address> = []
        let recipients = try given.map { try GivenAddress.address($0, at: host) }.filter { seen.insert($0).inserted }
            .map { EnvelopeRecipient($0, notify: order.notify ?? .failure) }
        let from = sender ?? own
        let octets = message.octets(from: "\(from)", name: order.fullName)
        let envelope = Envelope(
            sender: sender, recipients: recipients, smtpUTF8: recipients.contains { $0.address.needsSMTPUTF8 },
            envelopeID: order.envelopeID, returnsFullMessage: order.returnsFullMessage)
        let accepted = try await session.send(OutgoingMessage(envelope, size: octets.readableBytes), octets: Self.stream(octets))
        guard !accepted.refused.isEmpty else { return Outcome(status: .fine) }
        return Outcome(
            status: .noUser, sentences: accepted.refused.map { "\($0.recipient.address): \(Self.sentence($0.reply))" })
    }

    private static func stream(_ octets: ByteBuffer) -> AsyncStream<ByteBuffer> {
        AsyncStream { continuation in
            continuation.yield(octets)
            continuation.finish()
        }
    }

    private static func outcome(_ error: ClientError) -> Outcome {
        switch error {
        case .unreachable:
            return Outcome(
                status: .temporary,
                sentences: ["the mail server does not run; 'systemctl start malaposta.target' starts it"])
        case .noRecipients(let refused):
            return Outcome(
                status: error.isTransient ? .temporary : .noUser,
                sentences: refused.map { "\($0.recipient.address): \(sentence($0.reply))" })
        default:
            let status: Status =
                if error.isTransient { .temporary } else if error.reply?.code == 550 { .notPermitted } else { .unavailable }
            return Outcome(status: status, sentences: [error.reply.map(sentence) ?? "\(error)"])
        }
    }

    private static func sentence(_ reply: Reply) -> String { reply.lines.joined(separator: " ") }
}
