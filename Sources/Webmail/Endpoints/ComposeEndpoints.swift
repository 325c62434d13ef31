internal import Directory
internal import HTTPTypes
internal import HummingbirdCore
internal import MIME
internal import Mail
internal import NIOCore
internal import Store

/// Writing, saving, sending, and taking back.
enum ComposeEndpoints {
    static let all: [Endpoint] = [
        Endpoint(.get, "compose") { web, call in try await page(web, call) },
        Endpoint(.post, "compose") { web, call in try await submit(web, call) },
        Endpoint(.post, "compose/undo") { web, call in try await undo(web, call) },
        Endpoint(.post, "uploads") { web, call in try await upload(web, call) },
        Endpoint(.get, "people") { web, call in try await people(web, call) },
    ]

    // MARK: The page

    private static func page(_ web: Web, _ call: Call) async throws -> Response {
        let visitor = try await web.visitor(call)
        let mailbox = try await web.mailbox(call.query["box"] ?? "me", of: visitor)
        let desk = WritingDesk(web: web, visitor: visitor, mailbox: mailbox)
        return try await show(try await desk.begin(call.query), desk, call, origin: call.query["folder"])
    }

    private static func show(
        _ written: Written, _ desk: WritingDesk, _ call: Call, origin: String?, back: String? = nil, problem: String? = nil,
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        // Beside the list that one came from, and back to it.
        let account = desk.mailbox.account
        var source: MessageListing?
        if let id = written.source { source = try await account.message(MessageID(id))?.listing }
        var folder = try await account.folder(.inbox)
        let wanted = origin.flatMap { Int64($0) }.map { FolderID($0) } ?? source?.folder
        if let wanted { folder = try await account.folder(wanted) ?? folder }
        // To the message that is answered; a draft that was resumed came from a list.
        let answered = written.draft == nil ? source : nil
        let back = back ?? answered.map { desk.mailbox.path(folder.id, $0.id) } ?? desk.mailbox.path(folder.id)
        var panes = try await Panes(desk.web, desk.visitor, desk.mailbox, folder: folder.id, query: FormFields())
        panes.current = source
        panes.opened = ["compose": try await desk.fields(written, problem: problem, back: back, folder: folder.id)]
        var response = try await panes.answer(call, title: desk.visitor.words["new_message"])
        response.status = status
        return response
    }

    // MARK: The form

    private static func submit(_ web: Web, _ call: Call) async throws -> Response {
        let visitor = try await web.visitor(call)
        let form: FormFields
        let isMultipart = call.header(.contentType)?.lowercased().hasPrefix("multipart/form-data") == true
        if isMultipart {
            // The token is looked at before a file is taken: it stands first in the form, or in the header.
            form = try await ComposeForm(web: web, visitor: visitor, call: call).read()
        } else {
            form = try await call.form(limit: web.limits.form)
            try web.check(form["csrf"] ?? call.header(.token), of: visitor, call)
        }
        let mailbox = try await web.mailbox(form["box"] ?? "me", of: visitor)
        let desk = WritingDesk(web: web, visitor: visitor, mailbox: mailbox)
        var written = Written(form)
        if let removed = form["remove"] {
            written.uploads.removeAll { $0 == removed }
            await web.uploads.remove([removed], of: visitor.account.id)
            return try await show(written, desk, call, origin: form["folder"])
        }
        do { return try await finish(form["do"] ?? "send", &written, form, desk, call) } catch {
            guard let refusal = error as? WebRefusal ?? WebRefusal(storeFailure: error), refusal != .unavailable else {
                throw error
            }
            // Nothing that was written is lost: it is on the page again, with the reason, and goes on as the draft it was saved as.
            let problem = refusal.sentence(visitor.words)
            guard !call.wantsJSON else {
                return Answer.json(Refused(error: problem, draft: written.draft.map { "\($0)" }), status: refusal.status)
            }
            return try await show(
                written, desk, call, origin: form["folder"], back: form["return"].map { Answer.safe($0) }, problem: problem,
                status: refusal.status)
        }
    }

    private struct Refused: Encodable {
        var error: String
        var draft: String?
    }

    private struct Outcome: Encodable {
        var text: String
        var draft: String?
        var sent: String?
    }

    private static func finish(
        _ action: String, _ written: inout Written, _ form: FormFields, _ desk: WritingDesk, _ call: Call
    ) async throws -> Response {
        let words = desk.visitor.words
        let back = Answer.safe(form["return"])
        switch action {
        case "save":
            let draft = try await desk.save(written)
            let text = words("draft_saved", ["time": desk.visitor.clock.time(desk.web.now())])
            if call.wantsJSON { return Answer.json(Outcome(text: text, draft: draft.description)) }
            return Answer.redirect(FormFields.address(back, ["flash": "draft_stored"]))
        case "discard":
            try await desk.discard(written)
            if call.wantsJSON { return Answer.json(Outcome(text: words["draft_discarded"])) }
            return Answer.redirect(FormFields.address(back, ["flash": "draft_discarded"]))
        case "send":
            let sent = try await desk.send(&written)
            if call.wantsJSON { return Answer.json(Outcome(text: words["sent_flash"], draft: sent.draft, sent: sent.token)) }
            return Answer.redirect(FormFields.address(back, ["flash": "sent_flash", "sent": sent.token]))
        default: throw WebRefusal.badRequest
        }
    }

    private static func undo(_ web: Web, _ call: Call) async throws -> Response {
        let (visitor, form) = try await web.changing(call)
        guard let sent = form["sent"].flatMap(SentToken.init), sent.account == visitor.account.id else {
            throw WebRefusal.notFound
        }
        let mailbox = try await web.mailbox(sent.mailbox, of: visitor)
        let desk = WritingDesk(web: web, visitor: visitor, mailbox: mailbox)
        let outcome = await desk.takeBack(sent)
        let draft = FormFields.address("/compose", ["box": mailbox.isOwn ? nil : mailbox.name, "draft": sent.draft])
        // Where nobody knows, one may ask again.
        let again = outcome == .unknown ? sent.text : nil
        if call.wantsJSON {
            return Answer.json(
                Undone(text: visitor.words[outcome.sentence], path: outcome == .draft ? draft : "", sent: again))
        }
        return Answer.redirect(
            outcome == .draft ? draft : FormFields.address("/", ["flash": outcome.sentence, "sent": again]))
    }

    private struct Undone: Encodable {
        var text: String
        var path: String
        var sent: String?
    }

    // MARK: Files and people

    /// The file is the body; its name stands in the query.
    private static func upload(_ web: Web, _ call: Call) async throws -> Response {
        let visitor = try await web.visitor(call)
        try web.check(call.header(.token), of: visitor, call)
        let announced = Uploads.Announced(
            name: call.query["name"] ?? "", type: call.header(.contentType) ?? "", account: visitor.account.id,
            largest: visitor.account.maxMessageSize.octets)
        let incoming = try await web.uploads.begin(announced)
        let file: Uploads.File
        do {
            try await fill(incoming, from: call)
            file = try await incoming.finish()
        } catch {
            await incoming.abandon()
            throw error
        }
        return Answer.json([
            "id": file.id, "name": file.name, "size": visitor.words.size(file.size), "kind": LetterFields.kind(file.name),
        ])
    }

    private static func fill(_ file: IncomingFile, from call: Call) async throws {
        for try await piece in call.request.body { try await file.write(piece) }
        try Task.checkCancellation()
    }

    /// People and groups of the visitor's own tenant, and whom the visitor has written to; nobody else.
    private static func people(_ web: Web, _ call: Call) async throws -> Response {
        let visitor = try await web.visitor(call)
        let prefix = String((call.query["q"] ?? "").trimmed.prefix(100))
        guard !prefix.isEmpty else { return Answer.json([Suggestion]()) }
        let people = try await web.generation.value.people(
            of: visitor.account.tenant, prefix: prefix, limit: web.limits.suggestions)
        let own = try await web.mailbox("me", of: visitor)
        let others = try await Correspondents.of(own.account, limit: web.limits.correspondence).matching(prefix)
        var seen: Set<String> = []
        let all = people.map { Suggestion($0) } + others.map { Suggestion(name: $0.name, address: $0.address) }
        return Answer.json(Array(all.filter { seen.insert($0.address.lowercased()).inserted }.prefix(web.limits.suggestions)))
    }

    private struct Suggestion: Encodable {
        var name: String
        var address: String
        var initials: String
        var color: Int
        var isGroup = false

        init(name: String, address: String) {
            let avatar = Avatar(name: name, address: address)
            (self.name, self.address, initials, color) = (name == address ? "" : name, address, avatar.initials, avatar.color)
        }

        init(_ person: Person) {
            self.init(name: person.displayName, address: person.address.description)
            isGroup = person.account == nil
        }
    }
}
