internal import Directory
internal import HTTPTypes
internal import HummingbirdCore
internal import Mail
internal import Store

/// Making, naming, throwing away and emptying folders.
enum FolderEndpoints {
    static let all: [Endpoint] = [
        Endpoint(.post, "folders") { web, call in try await create(web, call) },
        Endpoint(.post, "folders/rename") { web, call in try await rename(web, call) },
        Endpoint(.post, "folders/delete") { web, call in try await delete(web, call) },
        Endpoint(.post, "folders/restore") { web, call in try await restore(web, call) },
        Endpoint(.get, "folders/empty") { web, call in try await ask(web, call) },
        Endpoint(.post, "folders/empty") { web, call in try await empty(web, call) },
    ]

    /// The folder of a form, in a mailbox whose folders the visitor may change.
    private static func open(
        _ web: Web, _ visitor: Visitor, _ form: FormFields, _ name: String = "folder"
    ) async throws -> (OpenMailbox, Folder) {
        let rights: SharedRights = form["box"] == "me" ? .read : .manage
        let mailbox = try await web.mailbox(form["box"], of: visitor, needing: rights)
        guard let id = form[name].flatMap({ Int64($0) }), let folder = try await mailbox.account.folder(FolderID(id)) else {
            throw WebRefusal.notFound
        }
        return (mailbox, folder)
    }

    /// A folder that a person made: the fixed ones stay as they are.
    private static func own(_ web: Web, _ visitor: Visitor, _ form: FormFields) async throws -> (OpenMailbox, Folder) {
        let (mailbox, folder) = try await open(web, visitor, form)
        guard folder.use == nil else { throw WebRefusal.problem("err_folder_name") }
        return (mailbox, folder)
    }

    private static func name(_ form: FormFields) -> String { Written.oneLine(form["name"] ?? "").trimmed }

    private static func create(_ web: Web, _ call: Call) async throws -> Response {
        let (visitor, form) = try await web.changing(call)
        let rights: SharedRights = form["box"] == "me" ? .read : .manage
        let mailbox = try await web.mailbox(form["box"], of: visitor, needing: rights)
        var path = FolderPath([name(form)])
        if form["parent"]?.isEmpty == false { path = try await open(web, visitor, form, "parent").1.path.appending(name(form)) }
        let folder = try await mailbox.account.createFolder(at: path)
        return Answer.redirect(FormFields.address(mailbox.path(folder.id), ["flash": "folder_created"]))
    }

    private static func rename(_ web: Web, _ call: Call) async throws -> Response {
        let (visitor, form) = try await web.changing(call)
        let (mailbox, folder) = try await own(web, visitor, form)
        let path = folder.path.parent?.appending(name(form)) ?? FolderPath([name(form)])
        try await mailbox.account.renameFolder(folder.id, to: path)
        return Answer.redirect(FormFields.address(mailbox.path(folder.id), ["flash": "folder_renamed"]))
    }

    /// F68: to the trash, with all it holds; Undo puts it back where it was.
    private static func delete(_ web: Web, _ call: Call) async throws -> Response {
        let (visitor, form) = try await web.changing(call)
        let (mailbox, folder) = try await own(web, visitor, form)
        try await mailbox.account.trashFolder(folder.id)
        let inbox = try await mailbox.account.folder(.inbox)
        let parent = folder.parent?.description ?? ""
        return Answer.redirect(
            FormFields.address(
                mailbox.path(inbox.id),
                ["flash": "folder_deleted", "restore": folder.id.description, "under": parent, "name": folder.name]))
    }

    private static func restore(_ web: Web, _ call: Call) async throws -> Response {
        let (visitor, form) = try await web.changing(call)
        let (mailbox, folder) = try await own(web, visitor, form)
        var path = FolderPath([name(form)])
        if form["under"]?.isEmpty == false { path = try await open(web, visitor, form, "under").1.path.appending(name(form)) }
        try await mailbox.account.renameFolder(folder.id, to: path)
        return Answer.redirect(FormFields.address(mailbox.path(folder.id), ["flash": "undone"]))
    }

    // MARK: What cannot be undone

    /// Trash or spam, which alone can be emptied.
    private static func emptyable(
        _ web: Web, _ visitor: Visitor, _ form: FormFields
    ) async throws -> (OpenMailbox, Folder, SpecialUse) {
        let mailbox = try await web.mailbox(form["box"], of: visitor)
        guard let id = form["folder"].flatMap({ Int64($0) }), let folder = try await mailbox.account.folder(FolderID(id)),
            let use = folder.use, use == .trash || use == .spam
        else { throw WebRefusal.notFound }
        return (mailbox, folder, use)
    }

    /// Asks before, on a page of its own.
    private static func ask(_ web: Web, _ call: Call) async throws -> Response {
        let visitor = try await web.visitor(call)
        let (mailbox, folder, use) = try await emptyable(web, visitor, call.query)
        var panes = try await Panes(web, visitor, mailbox, folder: folder.id, query: FormFields())
        let words = visitor.words
        panes.opened = [
            "question": [
                "heading": words("ask_empty", ["folder": words[use.rawValue]]),
                "explanation": words.counted("ask_empty_count", folder.messages), "path": "/folders/empty",
                "answer": words["empty_folder"], "folder": folder.id.description, "back": mailbox.path(folder.id),
            ] as Fields
        ]
        return try await panes.answer(call, title: words["empty_folder"])
    }

    private static func empty(_ web: Web, _ call: Call) async throws -> Response {
        let (visitor, form) = try await web.changing(call)
        let (mailbox, folder, use) = try await emptyable(web, visitor, form)
        let count = try await mailbox.account.emptyFolder(use)
        return Answer.redirect(FormFields.address(mailbox.path(folder.id), ["flash": "emptied", "count": "\(count)"]))
    }
}
