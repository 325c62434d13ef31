internal import Directory
internal import HTTPTypes
internal import HummingbirdCore
internal import Mail
internal import Store

/// What is done with messages and folders.
enum ActionEndpoints {
    static let all: [Endpoint] = [
        Endpoint(.post, "actions") { web, call in try await act(web, call) },
        Endpoint(.post, "folders") { web, call in try await createFolder(web, call) },
        Endpoint(.post, "folders/empty") { web, call in try await empty(web, call) },
    ]

    /// What came of an action, for our scripts.
    private struct Outcome: Encodable {
        var text: String
        /// The folder to move back to, where that undoes it.
        var back: String?
        var messages: [String]
    }

    private static func act(_ web: Web, _ call: Call) async throws -> Response {
        let (visitor, form) = try await web.changing(call)
        let mailbox = try await web.mailbox(form["box"], of: visitor)
        let ids = form.all("message").compactMap { Int64($0) }.map { MessageID($0) }
        guard !ids.isEmpty else { throw WebRefusal.problem("err_no_selection") }
        guard ids.count <= web.limits.messagesPerAction else { throw WebRefusal.tooLarge }
        // A menu of folders sends only where to.
        let action = form["action"] ?? (form["to"] == nil ? "" : "move")
        let account = mailbox.account
        let from = form["folder"].flatMap { Int64($0) }.map { FolderID($0) }
        var (key, back) = ("done", FolderID?.none)
        switch action {
        case "read": try await account.setFlags(FlagChange(.add, .seen), of: ids)
        case "unread": try await account.setFlags(FlagChange(.remove, .seen), of: ids)
        case "star": try await account.setFlags(FlagChange(.add, .flagged), of: ids)
        case "unstar": try await account.setFlags(FlagChange(.remove, .flagged), of: ids)
        case "move":
            guard let to = form["to"].flatMap({ Int64($0) }), try await account.folder(FolderID(to)) != nil else {
                throw WebRefusal.notFound
            }
            try await account.move(ids, to: FolderID(to))
            (key, back) = ("moved", from)
        case "spam", "notspam":
            try await account.move(ids, to: account.folder(action == "spam" ? .spam : .inbox).id)
            (key, back) = ("moved", from)
        case "trash":
            let trash = try await account.folder(.trash).id
            let isGone = from == trash
            try await account.moveToTrash(ids)
            (key, back) = isGone ? ("deleted", nil) : ("trashed", from)
        default: throw WebRefusal.badRequest
        }
        let texts = ids.map(\.description)
        let count = key == "done" ? nil : ids.count
        if call.wantsJSON {
            let text = count.map { visitor.words.counted(key, $0) } ?? visitor.words[key]
            return Answer.json(Outcome(text: text, back: back?.description, messages: texts))
        }
        let path = FormFields.address(
            Answer.safe(form["return"]), ["flash": key, "count": count.map { "\($0)" }, "back": back?.description])
        let undo = back == nil ? "" : texts.prefix(50).map { "&undo=\($0)" }.joined()
        return Answer.redirect(joined(path) + undo)
    }

    /// A return address may have a query already.
    private static func joined(_ path: String) -> String {
        var seen = false
        return String(
            path.map { character in
                guard character == "?" else { return character }
                defer { seen = true }
                return seen ? "&" : "?"
            })
    }

    private static func createFolder(_ web: Web, _ call: Call) async throws -> Response {
        let (visitor, form) = try await web.changing(call)
        let mailbox = try await web.mailbox(form["box"], of: visitor, needing: mailboxRights(form))
        let name = Written.oneLine(form["name"] ?? "").trimmed
        let parent = form["parent"].flatMap { Int64($0) }
        var path = FolderPath([name])
        if let parent {
            guard let folder = try await mailbox.account.folder(FolderID(parent)) else { throw WebRefusal.notFound }
            path = folder.path.appending(name)
        }
        let folder = try await mailbox.account.createFolder(at: path)
        return Answer.redirect(FormFields.address(mailbox.path(folder.id), ["flash": "folder_created"]))
    }

    private static func mailboxRights(_ form: FormFields) -> SharedRights { form["box"] == "me" ? .read : .manage }

    private static func empty(_ web: Web, _ call: Call) async throws -> Response {
        let (visitor, form) = try await web.changing(call)
        let mailbox = try await web.mailbox(form["box"], of: visitor)
        guard let id = form["folder"].flatMap({ Int64($0) }), let folder = try await mailbox.account.folder(FolderID(id)),
            let use = folder.use, use == .trash || use == .spam
        else { throw WebRefusal.notFound }
        let count = try await mailbox.account.emptyFolder(use)
        return Answer.redirect(FormFields.address(mailbox.path(folder.id), ["flash": "emptied", "count": "\(count)"]))
    }
}
