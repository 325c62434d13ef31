internal import LocalSocket
package import Mail
internal import NIOCore
internal import SMTP

/// Hands what people write to the mail worker, the same way as any submission goes, and takes it back in time.
package struct Submission: Sendable {
    private let socket: String
    private let admin: LocalClient
    private let limits: WebLimits

    package init(runFolder: String, limits: WebLimits) {
        socket = "\(runFolder)/submission.sock"
        admin = LocalClient(path: "\(runFolder)/mail-admin.sock")
        self.limits = limits
    }

    /// - Parameters:
    ///   - account: who sends; the worker checks that it may send as the envelope's sender.
    ///   - path: the message, with CRLF line ends.
    /// - Returns: the queue's id of the message, with which it can be taken back while it is held.
    /// - Throws: `WebRefusal.problem` with a sentence for the writer.
    package func send(_ envelope: Envelope, path: String, size: Int, as account: AccountID) async throws -> String? {
        let client = SMTPClient(.unixSocket(path: socket), helo: "localhost", login: .account(account), deadlines: .local)
        let message = OutgoingMessage(envelope, size: size, holdFor: limits.undo, filesSentCopy: true)
        let reader = try FileReader(path: path)
        do {
            let accepted = try await client.send(message, octets: FileOctets(reader: reader, size: size))
            if let refused = accepted.refused.first {
                // A part of the recipients was refused after all: nothing is sent to anyone until the writer decided.
                if let id = accepted.queueID, await cancel(id, of: account) { throw Self.refusal(of: refused) }
            }
            return accepted.queueID
        } catch let error as ClientError {
            throw Self.refusal(error)
        }
    }

    /// Takes a held message back.
    ///
    /// - Returns: false where it is on its way already.
    package func cancel(_ id: String, of account: AccountID) async -> Bool {
        (try? await admin.ask(TakeBackQuestion(id: id, account: account.hex))) == .cancelled
    }

    private static func refusal(_ error: ClientError) -> WebRefusal {
        switch error {
        case .noRecipients(let refused): refused.first.map(refusal) ?? .problem("err_no_recipient")
        case .refused(let reply, .recipient) where reply.isTransient: .problem("err_limit")
        case .refused(let reply, _): .problem("err_refused", values: ["reason": sentence(reply)])
        default: .problem("err_unreachable")
        }
    }

    private static func refusal(of refused: RefusedRecipient) -> WebRefusal {
        let address = refused.recipient.address.description
        if refused.reply.status?.description == "5.1.1" { return .problem("err_unknown_recipient", values: ["address": address]) }
        return .problem("err_recipient", values: ["address": address, "reason": sentence(refused.reply)])
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
