internal import Mail
package import NIOCore
internal import Wire

extension ClientSession {
    /// Recipients that are sent before their replies are read (RFC 2920 §3.1).
    static let recipientsAtOnce = 100
    /// Octets of a message that are gathered for one write.
    static let writeSize = 64 << 10

    /// Hands one message over; several may follow each other in a session.
    ///
    /// - Throws: `ClientError`; after `.refused` and `.noRecipients` the session can go on. What `octets` throws ends the
    ///   session before the message's end, so that the server drops it.
    package func send<Octets: AsyncSequence>(
        _ message: OutgoingMessage, octets: Octets
    ) async throws -> MessageAcceptance where Octets.Element == ByteBuffer {
        let refused = try await envelope(message)
        guard refused.count < message.envelope.recipients.count else {
            try await reset()
            throw ClientError.noRecipients(refused)
        }
        let answer = try await command("DATA\r\n", .data)
        guard answer.code == 354 else { throw ClientError.refused(answer, .data) }
        try await write(octets)
        let reply = try await reply(.message, within: deadlines.acceptance)
        guard reply.isPositive else { throw ClientError.refused(reply, .message) }
        return MessageAcceptance(reply: reply, refused: refused)
    }

    private func envelope(_ message: OutgoingMessage) async throws -> [RefusedRecipient] {
        let commands = ClientCommands(extensions: extensions)
        let recipients = message.envelope.recipients
        let mail = try commands.mail(message)
        guard extensions.offers("PIPELINING") else { return try await oneByOne(mail, recipients, commands) }
        var refused: [RefusedRecipient] = []
        var batch = mail
        for start in stride(from: 0, to: max(1, recipients.count), by: Self.recipientsAtOnce) {
            let part = recipients[start..<min(start + Self.recipientsAtOnce, recipients.count)]
            for recipient in part { batch += commands.recipient(recipient) }
            try await write(batch, .recipient)
            batch = ""
            let answer = start == 0 ? try await reply(.mail) : nil
            for recipient in part {
                let reply = try await reply(.recipient)
                if !reply.isPositive { refused.append(RefusedRecipient(recipient: recipient, reply: reply)) }
            }
            if let answer, !answer.isPositive { throw ClientError.refused(answer, .mail) }
        }
        return refused
    }

    private func oneByOne(
        _ mail: String, _ recipients: [EnvelopeRecipient], _ commands: ClientCommands
    ) async throws -> [RefusedRecipient] {
        _ = try await command(mail, .mail)
        var refused: [RefusedRecipient] = []
        for recipient in recipients {
            try await write(commands.recipient(recipient), .recipient)
            let reply = try await reply(.recipient)
            if !reply.isPositive { refused.append(RefusedRecipient(recipient: recipient, reply: reply)) }
        }
        return refused
    }

    private func write<Octets: AsyncSequence>(_ octets: Octets) async throws where Octets.Element == ByteBuffer {
        var stuffing = DotStuffing()
        var output = ByteBuffer()
        for try await piece in octets {
            try stuffing.add(piece, to: &output)
            guard output.readableBytes >= Self.writeSize else { continue }
            try await write(output, .message)
            output = ByteBuffer()
        }
        try stuffing.finish(to: &output)
        try await write(output, .message)
    }

    private func reset() async throws { _ = try await command("RSET\r\n", .mail) }
}
