internal import LocalSocket
package import Logging
package import Mail
internal import NIOCore
internal import SMTP

/// Hands what people write to the mail worker, the same way as any submission goes, and takes it back in time.
package struct Submission: Sendable {
    private let socket: String
    private let admin: LocalClient
    private let limits: WebLimits
    private let logger: Logger

    package init(runFolder: String, limits: WebLimits, logger: Logger) {
        socket = "\(runFolder)/submission.sock"
        admin = LocalClient(path: "\(runFolder)/mail-admin.sock")
        self.limits = limits
        self.logger = logger
    }

    /// - Parameters:
    ///   - account: who sends; the worker checks that it may send as the envelope's sender.
    ///   - path: the message, with CRLF line ends.
    /// - Returns: the queue's id of the message, with which it can be taken back while it is held.
    /// - Throws: `WebRefusal.problem` with a sentence for the writer, and nothing else.
    package func send(_ envelope: Envelope, path: String, size: Int, as account: AccountID) async throws -> String? {
        let client = SMTPClient(.unixSocket(path: socket), helo: "localhost", login: .account(account), deadlines: .local)
        let message = OutgoingMessage(envelope, size: size, holdFor: limits.undo, filesSentCopy: true)
        let accepted: MessageAcceptance
        do {
            let reader = try FileReader(path: path)
            accepted = try await client.send(message, octets: FileOctets(reader: reader, size: size))
        } catch let error as ClientError {
            throw Self.refusal(error)
        } catch {
            logger.error("a message could not be handed over", metadata: ["cause": "\(error)"])
            throw WebRefusal.problem("err_unreachable")
        }
        guard !accepted.refused.isEmpty else { return accepted.queueID }
        // A part of the recipients was refused after all: nothing is sent to anyone until the writer decided.
        let others = if let id = accepted.queueID { await cancel(id, of: account) } else { TakeBackQuestion.Answer.tooLate }
        throw Self.refusal(of: accepted.refused, others: others)
    }

    /// Takes a held message back. May be asked again, and then answers the same.
    func cancel(_ id: String, of account: AccountID) async -> TakeBackQuestion.Answer {
        do { return try await admin.ask(TakeBackQuestion(id: id, account: account.hex)) } catch {
            logger.warning("nobody said whether a message was taken back", metadata: ["queue.id": "\(id)", "cause": "\(error)"])
            return .unknown
        }
    }

    private static func refusal(_ error: ClientError) -> WebRefusal {
        switch error {
        case .noRecipients(let refused): refused.first.map(refusal) ?? .problem("err_no_recipient")
        case .refused(let reply, .recipient) where reply.isTransient: .problem("err_limit")
        case .refused(let reply, _): .problem("err_refused", values: ["reason": sentence(reply)])
        // It was on its way to the worker, which may have taken it (RFC 5321 §4.5.3.2.6).
        case .connectionLost(.message), .timedOut(.message), .malformedReply(.message): .problem("err_sent_or_not")
        default: .problem("err_unreachable")
        }
    }

    private static func refusal(of refused: RefusedRecipient) -> WebRefusal {
        let address = refused.recipient.address.description
        if refused.reply.status?.description == "5.1.1" { return .problem("err_unknown_recipient", values: ["address": address]) }
        return .problem("err_recipient", values: ["address": address, "reason": sentence(refused.reply)])
    }

    /// - Parameter others: what became of the message to those who were not refused.
    private static func refusal(of refused: [RefusedRecipient], others: TakeBackQuestion.Answer) -> WebRefusal {
        guard others != .cancelled || refused.isEmpty else { return refusal(of: refused[0]) }
        let addresses = refused.map(\.recipient.address.description).joined(separator: ", ")
        let values = ["address": addresses, "reason": refused.first.map { sentence($0.reply) } ?? ""]
        return .problem(others == .tooLate ? "err_recipient_left_out" : "err_recipient_unsure", values: values)
    }

    private static func sentence(_ reply: Reply) -> String { reply.lines.joined(separator: " ") }
}

/// Asks the mail worker to take a held message, and its Sent copy, out of its queue. The same on the wire as the queue's own
/// question, which stands on a floor that the web does not import.
struct TakeBackQuestion: Question {
    static let name = "queue.cancel"

    /// As the answer to the message told it.
    var id: String
    /// Who submitted it, in hexadecimal digits; another's messages are not found.
    var account: String

    enum Answer: String, Codable, Sendable {
        case cancelled
        /// It is being delivered, or has been.
        case tooLate
        /// It was stopped or not: the worker does not know, or did not answer.
        case unknown
    }
}

/// A file's octets, some at a time.
struct FileOctets: AsyncSequence, Sendable {
    let reader: FileReader
    let size: Int

    struct AsyncIterator: AsyncIteratorProtocol {
        let reader: FileReader
        let size: Int
        var offset = 0

        mutating func next() async throws -> ByteBuffer? {
            guard offset < size else { return nil }
            let (reader, place, length) = (reader, offset, Swift.min(64 << 10, size - offset))
            let octets = try await FileThreads.run { try reader.read(offset: place, length: length) }
            guard octets.readableBytes > 0 else { throw FileFailure(call: "pread", code: 0) }
            offset += octets.readableBytes
            return octets
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(reader: reader, size: size) }
}
