internal import Directory
internal import Logging
internal import MIME
internal import Mail
internal import NIOCore
internal import Store

/// What is written in one mailbox: begun, saved, sent, taken back.
struct WritingDesk: Sendable {
    let web: Web
    let visitor: Visitor
    let mailbox: OpenMailbox

    private var composer: Composer { Composer(web: web, visitor: visitor, mailbox: mailbox) }

    // MARK: Beginning

    func begin(_ query: FormFields) async throws -> Written {
        if let draft = query["draft"].flatMap({ Int64($0) }) { return try await resume(MessageID(draft)) }
        if let source = query["source"].flatMap({ Int64($0) }), let kind = query["kind"].flatMap(Written.Kind.init) {
            return try await answer(MessageID(source), kind)
        }
        var written = Written()
        written.to = query["to"] ?? ""
        written.subject = query["subject"] ?? ""
        return written
    }

    private func stored(_ id: MessageID) async throws -> (MessageDetail, StoredMessage) {
        guard let detail = try await mailbox.account.message(id) else { throw WebRefusal.notFound }
        return (detail, try await web.stored(id, in: mailbox))
    }

    private func answer(_ id: MessageID, _ kind: Written.Kind) async throws -> Written {
        let (detail, message) = try await stored(id)
        let answering = Answering(visitor: visitor, senders: composer.senders, detail: detail, text: try await text(message))
        var written = answering.written(kind)
        if kind == .forward { written.uploads = try await takeFiles(message) }
        return written
    }

    private func resume(_ id: MessageID) async throws -> Written {
        let (detail, message) = try await stored(id)
        guard let folder = try await mailbox.account.folder(detail.listing.folder),
            folder.use == .drafts || folder.use == .templates
        else { throw WebRefusal.notFound }
        var written = Written()
        written.kind = .draft
        // A template stays what it is: a message made from it is a new one (F62).
        if folder.use == .drafts { written.draft = id.value }
        let origin = try await DraftOrigin(draft: message.structure.header, in: mailbox.account)
        if origin?.isForward == true { written.kind = .forward }
        written.source = if let origin { origin.source } else { try await answered(by: detail) }
        written.from = detail.listing.from.first?.address ?? ""
        written.to = RecipientReader.write(detail.listing.to)
        written.cc = RecipientReader.write(detail.cc)
        written.bcc = RecipientReader.write(detail.bcc)
        written.subject = detail.listing.subject
        written.body = try await text(message).replacing("\r\n", with: "\n")
        written.uploads = try await takeFiles(message)
        return written
    }

    /// The message that a draft answers, so that it goes on answering it.
    private func answered(by draft: MessageDetail) async throws -> Int64? {
        guard let id = draft.inReplyTo.first else { return nil }
        let thread = try await mailbox.account.thread(draft.listing.thread, limit: Self.answerable)
        for other in thread.reversed().map(\.message.id) where other != draft.listing.id {
            if try await mailbox.account.message(other)?.messageID == id { return other.value }
        }
        return nil
    }

    /// Messages of a conversation, the latest ones, among which the answered one is looked for.
    private static let answerable = 50

    /// The plain text, or that of the HTML.
    private func text(_ message: StoredMessage) async throws -> String {
        var texts: [String] = []
        for text in message.structure.displayParts.texts.prefix(web.limits.shownTexts) {
            if let plain = text.plain {
                let content = try await message.text(of: plain, limit: web.limits.shownText)
                let isFlowed = message.structure.parts[plain].contentType.field.parameter("format")?.lowercased() == "flowed"
                texts.append(isFlowed ? FlowedText.unwrapped(content) : content)
            } else if let html = text.html {
                let content = try await message.text(of: html, limit: web.limits.shownHTML)
                texts.append(HTMLText.extract(content, limit: web.limits.shownText))
            }
        }
        return texts.joined(separator: "\n\n")
    }

    private func takeFiles(_ message: StoredMessage) async throws -> [String] {
        var ids: [String] = []
        for file in message.structure.displayParts.attachments.prefix(web.limits.attachments) where !file.isInline {
            let announced = Uploads.Announced(name: file.name, type: file.type, account: visitor.account.id, largest: .max)
            ids.append(try await web.uploads.store(message.octets(of: file.index), as: announced).id)
        }
        return ids
    }

    // MARK: Saving and sending

    func save(_ written: Written) async throws -> MessageID {
        let made = try await composer.make(written, isDraft: true)
        defer { composer.remove(made.path) }
        let message = NewMessage(MessageSource(body: .file(path: made.path)), flags: [.seen, .draft])
        let old = written.draft.map { MessageID($0) }
        return try await mailbox.account.replaceDraft(old, with: message, quota: mailbox.directory.quota).message
    }

    func discard(_ written: Written) async throws {
        if let draft = written.draft { try await mailbox.account.moveToTrash([MessageID(draft)]) }
        await web.uploads.remove(written.uploads, of: visitor.account.id)
    }

    /// The draft stays, hidden in the trash, until the time to undo is over: taking back brings it out again.
    ///
    /// - Parameter written: names the draft that it was saved as, also where this throws.
    /// - Throws: with nothing sent, unless the sentence says something else.
    func send(_ written: inout Written) async throws -> (token: String?, draft: String?) {
        let made = try await composer.make(written, isDraft: false)
        defer { composer.remove(made.path) }
        let draft = try await save(written)
        // The one before is gone, whatever comes now.
        written.draft = draft.value
        let queue = try await web.submission.send(made.envelope, path: made.path, size: made.size, as: visitor.account.id)
        // It was taken over. Whoever heard of an error now would send it a second time.
        _ = await attempt("the draft of a message that was sent stays") { try await mailbox.account.moveToTrash([draft]) }
        let mark = await attempt("a message does not say that it was answered") { try await self.mark(written) }
        let token = queue.map {
            SentToken(queue: $0, account: visitor.account.id, mailbox: mailbox.name, draft: draft.description, mark: mark ?? nil)
                .text
        }
        return (token, draft.description)
    }

    /// What follows something that is done already: where it fails, that is logged.
    private func attempt<Result>(_ failure: String, _ body: () async throws -> Result) async -> Result? {
        do { return try await body() } catch {
            web.logger.warning("\(failure)", metadata: ["account": "\(mailbox.directory.id.hex)", "cause": "\(error)"])
            return nil
        }
    }

    /// F7, F8: the answered or forwarded message says so.
    ///
    /// - Returns: what is to be taken back with the message; nil where it said so before.
    private func mark(_ written: Written) async throws -> SentToken.Mark? {
        guard let source = written.source.map({ MessageID($0) }), let listing = try await mailbox.account.message(source)?.listing
        else { return nil }
        let mark = SentToken.Mark(message: source, isForward: written.kind == .forward)
        guard !listing.flags.contains(mark.flag) else { return nil }
        try await change(mark, .add)
        return mark
    }

    private func change(_ mark: SentToken.Mark, _ mode: FlagChange.Mode) async throws {
        do { try await mailbox.account.setFlags(FlagChange(mode, mark.flag), of: [mark.message]) } catch .noSuchMessage {}
    }

    /// What became of a message that was to be taken back.
    enum TakenBack: String {
        /// Among the drafts again.
        case draft = "sent_undone"
        /// Its draft could not be moved out of the trash.
        case trashed = "undo_in_trash"
        /// On its way already.
        case tooLate = "undo_too_late"
        /// On its way or not; among the drafts in any case. It may be asked for again.
        case unknown = "undo_unknown"

        /// The words that say so.
        var sentence: String { rawValue }
    }

    func takeBack(_ sent: SentToken) async -> TakenBack {
        let answer = await web.submission.cancel(sent.queue, of: sent.account)
        guard answer != .tooLate else { return .tooLate }
        let moved: Void? = await attempt("the draft of a message that was taken back stays in the trash") {
            try await bringBack(sent.draft)
        }
        guard answer == .cancelled else { return .unknown }
        if let mark = sent.mark {
            _ = await attempt("a message goes on saying that it was answered") { try await change(mark, .remove) }
        }
        return moved == nil ? .trashed : .draft
    }

    private func bringBack(_ draft: String?) async throws {
        guard let draft = draft.flatMap({ Int64($0) }) else { return }
        try await mailbox.account.move([MessageID(draft)], to: mailbox.account.folder(.drafts).id)
    }

    // MARK: The page

    /// - Parameters:
    ///   - back: where one goes when it is done.
    ///   - folder: whose list is shown beside.
    func fields(_ written: Written, problem: String?, back: String, folder: FolderID) async throws -> Fields {
        var files: [Fields] = []
        for id in written.uploads {
            guard let file = try await web.uploads.file(id, of: visitor.account.id) else { continue }
            let size = visitor.words.size(file.size)
            files.append(["id": id, "name": file.name, "size": size, "kind": LetterFields.kind(file.name)])
        }
        let chosen = written.from.isEmpty ? composer.senders.first?.address.description : written.from
        var fields: Fields = [
            "heading": written.kind == .new || written.subject.isEmpty ? visitor.words["new_message"] : written.subject,
            "kind": written.kind.rawValue, "source": written.source.map { "\($0)" } ?? "",
            "draft": written.draft.map { "\($0)" } ?? "", "to": written.to, "cc": written.cc, "bcc": written.bcc,
            "copies": !written.cc.isEmpty || !written.bcc.isEmpty, "subject": written.subject, "body": written.body,
            "uploads": files, "return": back, "folder": folder.description, "saved": "",
            "senders": composer.senders.map { sender -> Fields in
                let address = sender.address.description
                let name = sender.displayName.isEmpty ? address : "\(sender.displayName) <\(address)>"
                return ["address": address, "name": name, "selected": address.lowercased() == chosen?.lowercased()]
            },
        ]
        fields.set("problem", problem)
        return fields
    }
}
