internal import Directory
internal import HTTPTypes
internal import HummingbirdCore
internal import Mail
internal import Store

/// What is done with messages.
enum ActionEndpoints {
    static let all = [Endpoint(.post, "actions") { web, call in try await act(web, call) }]

    /// What came of an action, for our scripts.
    private struct Outcome: Encodable {
        var text: String
        /// The folder to move back to, where that undoes it.
        var back: String?
        /// The messages that it was done with, those of a conversation included.
        var messages: [String]
    }

    /// The sentence that tells what was done, and the folder to move back to.
    private typealias Done = (key: String, back: FolderID?)

    private static func act(_ web: Web, _ call: Call) async throws -> Response {
        let (visitor, form) = try await web.changing(call)
        let mailbox = try await web.mailbox(form["box"], of: visitor)
        let action = action(of: form)
        let picked = try await PickedMessages(form, in: mailbox.account, limit: web.limits.messagesPerAction)
        let (ids, from) = (picked.ids, picked.folder)
        guard !ids.isEmpty else { throw WebRefusal.problem("err_no_selection") }
        let (key, back) = try await perform(action, ids, from: from, form, mailbox.account)
        let count = key == "done" ? nil : ids.count
        if call.wantsJSON {
            let text = count.map { visitor.words.counted(key, $0) } ?? visitor.words[key]
            return Answer.json(Outcome(text: text, back: back?.description, messages: ids.map(\.description)))
        }
        // An address holds only so many: what cannot be taken back whole is not offered.
        let isUndoable = back != nil && ids.count <= Flash.undoable
        let path = FormFields.address(
            Answer.safe(form["return"]),
            ["flash": key, "count": count.map { "\($0)" }, "back": isUndoable ? back?.description : nil])
        let undo = isUndoable ? ids.map { "&undo=\($0)" }.joined() : ""
        return Answer.redirect(joined(path) + undo)
    }

    /// A menu of folders sends only where to, one of tags only which.
    private static func action(of form: FormFields) -> String {
        if let action = form["action"] { return action }
        return form["untag"] != nil ? "untag" : form["tag"] != nil ? "tag" : form["to"] != nil ? "move" : ""
    }

    private static func perform(
        _ action: String, _ ids: [MessageID], from: FolderID?, _ form: FormFields, _ account: Account
    ) async throws -> Done {
        switch action {
        case "read": try await account.setFlags(FlagChange(.add, .seen), of: ids)
        case "unread": try await account.setFlags(FlagChange(.remove, .seen), of: ids)
        case "star": try await account.setFlags(FlagChange(.add, .flagged), of: ids)
        case "unstar": try await account.setFlags(FlagChange(.remove, .flagged), of: ids)
        case "tag", "untag":
            guard let tag = (form["untag"] ?? form["tag"]).flatMap({ Tag($0) }) else { throw WebRefusal.badRequest }
            try await account.setFlags(FlagChange(action == "tag" ? .add : .remove, tags: [tag]), of: ids)
        case "move":
            guard let to = form["to"].flatMap({ Int64($0) }), try await account.folder(FolderID(to)) != nil else {
                throw WebRefusal.notFound
            }
            try await account.move(ids, to: FolderID(to))
            return ("moved", from)
        case "spam", "notspam":
            try await account.move(ids, to: account.folder(action == "spam" ? .spam : .inbox).id)
            return (action == "spam" ? "spammed" : "unspammed", from)
        case "trash":
            let isGone = try await from == account.folder(.trash).id
            try await account.moveToTrash(ids)
            return isGone ? ("deleted", nil) : ("trashed", from)
        default: throw WebRefusal.badRequest
        }
        return ("done", nil)
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
}
