internal import Directory
internal import Foundation
internal import MIME
internal import Mail
internal import NIOCore
internal import Store
internal import TLS

/// Makes messages of what people write: drafts, and what is sent.
struct Composer: Sendable {
    let web: Web
    let visitor: Visitor
    let mailbox: OpenMailbox

    /// A message on disk, to be handed on and then removed.
    struct Made: Sendable {
        let path: String
        let size: Int
        let envelope: Envelope
    }

    // MARK: Checking

    private func sender(_ written: Written) throws -> SenderAddress {
        let wanted = try? Address(written.from)
        if let wanted, let sender = senders.first(where: { $0.address.folded == wanted.folded }) { return sender }
        guard written.from.isEmpty, let first = senders.first else {
            throw WebRefusal.problem("err_sender", values: ["address": String(written.from.prefix(100))])
        }
        return first
    }

    /// Addresses that a message may come from; in a shared mailbox its own come first.
    var senders: [SenderAddress] {
        guard !mailbox.isOwn else { return visitor.account.senders }
        let shared = visitor.account.senders.filter { $0.account == mailbox.directory.id }
        return shared + visitor.account.senders.filter { $0.account != mailbox.directory.id }
    }

    // MARK: Making

    /// - Parameter isDraft: keeps Bcc, and takes recipients that are not complete yet as they are.
    func make(_ written: Written, isDraft: Bool) async throws -> Made {
        let sender = try sender(written)
        guard written.body.utf8.count <= web.limits.text else {
            throw WebRefusal.problem("err_text_size", values: ["size": ByteCount(web.limits.text).description])
        }
        let domain = sender.address.domain.ascii
        let id = MessageBuilder.messageID(seconds: web.now(), random: SecureRandom.hex(12), domain: domain)
        let from = HeaderAddress(name: sender.displayName, address: sender.address.description)
        let offset = visitor.clock.offset(web.now()) / 60
        var builder = MessageBuilder(
            from: [from], date: DateTime(seconds: web.now(), zone: offset), messageID: id, token: SecureRandom.hex(12))
        builder.to = try recipients(written.to, isDraft)
        builder.cc = try recipients(written.cc, isDraft)
        builder.bcc = try recipients(written.bcc, isDraft)
        builder.keepsBcc = isDraft
        builder.subject = written.subject
        builder.text = written.body
        builder.isFlowed = true
        try await thread(&builder, written)
        if isDraft, let origin = try await DraftOrigin(written, in: mailbox.account) {
            builder.fields.append((DraftOrigin.field, origin.text))
        }
        builder.attachments = try await attachments(written)
        let envelope = Envelope(sender: sender.address, recipients: recipients(builder))
        if !isDraft { try check(envelope) }
        let path = web.uploads.temporaryPath
        let size = try await write(builder, to: path)
        let largest = visitor.account.maxMessageSize.octets
        guard size <= largest else {
            remove(path)
            throw WebRefusal.problem("err_message_size", values: ["size": ByteCount(largest).description])
        }
        return Made(path: path, size: size, envelope: envelope)
    }

    func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

    private func recipients(_ text: String, _ isDraft: Bool) throws -> [HeaderAddress] {
        guard isDraft else { return try RecipientReader.read(text) }
        // A draft keeps what can be read; the rest stays on the page until it is complete.
        return text.split(whereSeparator: { $0 == "," || $0 == ";" }).flatMap { (try? RecipientReader.read(String($0))) ?? [] }
    }

    private func recipients(_ builder: MessageBuilder) -> [EnvelopeRecipient] {
        var seen: Set<Address> = []
        return (builder.to + builder.cc + builder.bcc).compactMap(\.mailbox).filter { seen.insert($0.folded).inserted }
            .map { EnvelopeRecipient($0) }
    }

    private func check(_ envelope: Envelope) throws(WebRefusal) {
        guard !envelope.recipients.isEmpty else { throw .problem("err_no_recipient") }
        let most = visitor.account.maxRecipients
        guard envelope.recipients.count <= most else { throw .problem("err_many_recipients", values: ["n": "\(most)"]) }
    }

    /// RFC 5322 §3.6.4: an answer names what it answers.
    private func thread(_ builder: inout MessageBuilder, _ written: Written) async throws {
        guard let source = written.source, written.kind != .forward,
            let detail = try await mailbox.account.message(MessageID(source)), let id = detail.messageID
        else { return }
        builder.inReplyTo = [id]
        builder.references = (detail.references.isEmpty ? detail.inReplyTo : detail.references) + [id]
    }

    private func attachments(_ written: Written) async throws -> [NewPart] {
        guard written.uploads.count <= web.limits.attachments else { throw WebRefusal.problem("err_file_count") }
        var parts: [NewPart] = []
        for id in written.uploads {
            guard let file = try await web.uploads.file(id, of: visitor.account.id) else { continue }
            let reader = try FileReader(path: web.uploads.path(id, visitor.account.id))
            let source = NewPart.Source.stream(size: file.size) { offset, length in
                try reader.read(offset: offset, length: length)
            }
            parts.append(NewPart(type: file.type, name: file.name, source: source))
        }
        return parts
    }

    private func write(_ builder: MessageBuilder, to path: String) async throws -> Int {
        try await FileThreads.run {
            let file = try FileHandleBox(path: path)
            var size = 0
            try builder.write { piece in
                size += piece.readableBytes
                try file.write(piece)
            }
            return size
        }
    }
}
