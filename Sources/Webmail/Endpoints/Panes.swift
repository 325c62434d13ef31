internal import Directory
internal import HTTPTypes
internal import HummingbirdCore
internal import Logging
internal import MIME
internal import Mail
internal import NIOCore
internal import Store

/// Gathers what the three panes show, or the one piece of them that a script asks for.
struct Panes {
    let web: Web
    let visitor: Visitor
    let mailbox: OpenMailbox
    let folders: [Folder]
    var context: ListContext
    let tags: [TagDefinition]
    let usage: Usage
    /// What is opened beside the list: `message`, `headers`, `compose`, `settings`, `question`, or nothing.
    var opened: Fields = [:]
    /// The message whose row is marked.
    var current: MessageListing?

    init(_ web: Web, _ call: Call, folder: FolderID?) async throws {
        let visitor = try await web.visitor(call)
        let mailbox = try await web.mailbox(call.parameters["box"] ?? call.query["box"] ?? "me", of: visitor)
        try await self.init(web, visitor, mailbox, folder: folder, query: call.query)
    }

    init(_ web: Web, _ visitor: Visitor, _ mailbox: OpenMailbox, folder: FolderID?, query: FormFields) async throws {
        self.web = web
        self.visitor = visitor
        self.mailbox = mailbox
        let overview = try await mailbox.account.overview()
        (folders, tags, usage) = (overview.folders, overview.tags, overview.usage)
        let open = folders.first { $0.id == folder }
        if folder != nil, open == nil { throw WebRefusal.notFound }
        let place = open.map { "\(mailbox.name)/\($0.id)" }
        let remembered = place.flatMap { web.sessions.order(of: $0, in: visitor.session.id) }
        context = ListContext(query, folder: open, remembered: remembered, limits: web.limits)
        // F30: lasts until log-out.
        if let place, let chosen = ChosenOrder(query), chosen != remembered {
            web.sessions.setOrder(chosen == .usual ? nil : chosen, of: place, in: visitor.session.id)
        }
    }

    private var words: Words { visitor.words }
    private var tagColors: [Tag: TagDefinition] { Dictionary(tags.map { ($0.tag, $0) }) { first, _ in first } }

    // MARK: A message

    /// Opens a message with its conversation; what is open is read from then on (F36 takes that back).
    mutating func open(_ id: MessageID, _ call: Call) async throws {
        let account = mailbox.account
        guard let detail = try await account.message(id) else { throw WebRefusal.notFound }
        let main = detail.listing
        guard let folder = folders.first(where: { $0.id == main.folder }) else { throw WebRefusal.notFound }
        let thread = try await account.thread(main.thread, limit: web.limits.conversation + 1).map(\.message)
        look(for: main, among: thread)
        let always = try await account.setting(SettingsEndpoints.imagesKey) == "always"
        let conversation = Conversation(of: main, among: thread, opensMore: context.threads, limits: web.limits)
        let meant = conversation.meant(in: context.threadFolder)
        let shared = meant.dropFirst().reduce(Set(meant.first?.tags ?? [])) { $0.intersection($1.tags) }
        let place = ReadingPlace(
            visitor: visitor, mailbox: mailbox, context: context, folders: folders, tags: tags, limits: web.limits,
            alwaysShowsImages: always, sharedTags: shared)
        let isOne = call.fragment == "letter"
        let wanted = isOne ? [main] : conversation.messages.filter { conversation.opened.contains($0.id) }
        let read = try await read(
            wanted, main: detail, showsImages: always || call.query["images"] == "1", always: always)
        let unread = wanted.filter { read[$0.id] != nil && !$0.flags.contains(.seen) }.map(\.id)
        if !unread.isEmpty { try await account.setFlags(FlagChange(.add, .seen), of: unread) }
        current = main
        if isOne {
            opened = ["letter": LetterFields(place: place, listing: main, opened: read[id], isPart: true).fields]
        } else {
            opened = [
                "message": MessageFields(place: place, main: main, folder: folder, conversation: conversation, opened: read)
                    .fields
            ]
        }
    }

    /// A conversation is read beside the list that it stands in, wherever its messages are. What was moved out of it meanwhile is
    /// still found by the address of before, beside its own folder's list.
    private mutating func look(for main: MessageListing, among thread: [MessageListing]) {
        guard context.query == nil, context.folder?.id != main.folder else { return }
        let isOfList = context.threads && thread.contains { $0.folder == context.folder?.id }
        if !isOfList || !thread.contains(where: { $0.id == main.id }) {
            context.folder = folders.first { $0.id == main.folder }
        }
    }

    /// Reads messages for showing. Only the one that was asked for has to be there.
    private func read(
        _ messages: [MessageListing], main: MessageDetail, showsImages: Bool, always: Bool
    ) async throws -> [MessageID: OpenedMessage] {
        var opened: [MessageID: OpenedMessage] = [:]
        for id in messages.map(\.id) {
            let isMain = id == main.listing.id
            do {
                guard let detail = isMain ? main : try await mailbox.account.message(id) else { throw StoreError.noSuchMessage }
                let message = try await web.stored(id, in: mailbox)
                opened[id] = OpenedMessage(
                    detail: detail, message: message, texts: try await message.shownTexts(),
                    showsImages: isMain ? showsImages : always)
            } catch let error as StoreError where !isMain {
                web.logger.debug("a message of a conversation stays closed", metadata: ["cause": "\(error)"])
            }
        }
        return opened
    }

    /// Opens the header fields of a message, as they came.
    mutating func openHeaders(_ id: MessageID) async throws {
        guard let listing = try await mailbox.account.message(id)?.listing else { throw WebRefusal.notFound }
        let content = try await mailbox.account.content(of: id)
        let octets = try await content.read(offset: 0, length: min(content.headerSize, web.limits.shownHeader))
        let header = Header(octets)
        opened = [
            "headers": [
                "subject": listing.subject.isEmpty ? words["no_subject"] : listing.subject,
                "back": mailbox.path(listing.folder, id), "sourcePath": mailbox.path(message: id) + "/source",
                "lines": header.fields.map { field -> Fields in
                    let value = header.value(of: field).map { EncodedWords.decode(Header.unfold($0)) } ?? ""
                    return ["name": String(buffer: header.name(of: field)), "value": value]
                },
            ] as Fields
        ]
        current = listing
    }

    // MARK: Answers

    func answer(_ call: Call, title: String? = nil) async throws -> Response {
        let shell = Shell(web: web, visitor: visitor, mailbox: mailbox, folders: folders, folder: context.folder?.id)
        let message = opened["message"] as? Fields
        let title = title ?? (message?["subject"] as? String) ?? heading
        let base = shell.fields(title: "\(title) · \(visitor.account.tenantName)")
        switch call.fragment {
        case "rows":
            let rows = try await rows(call)
            return html(base.adding(rows), "rows")
        case "list": return html(base.adding(try await list(call)), "list")
        case "folders": return html(base.adding(try await folderPane), "folders")
        case "message":
            guard let message else { return html(base, "nothing") }
            return html(base.adding(message), "message")
        case "letter":
            guard let letter = opened["letter"] as? Fields else { throw WebRefusal.notFound }
            return html(base.adding(letter), "letter")
        case "compose":
            guard let compose = opened["compose"] as? Fields else { throw WebRefusal.notFound }
            return html(base.adding(compose), "compose")
        default: break
        }
        var fields = base.adding(try await folderPane).adding(try await list(call)).adding(opened)
        fields["opened"] = !opened.isEmpty
        fields["nothing"] = opened.isEmpty
        fields.set("flash", Flash.read(call.query, visitor, mailbox))
        return Answer.html(web.templates.render(MailPage(fields: fields), in: words))
    }

    private func html(_ fields: Fields, _ template: String) -> Response {
        Answer.html(web.templates.render(fields, with: template, in: words))
    }

    private func rows(_ call: Call) async throws -> Fields {
        let cursor = call.query["after"].flatMap { ListCursor(token: $0) }
        let slice = try await context.slice(mailbox, cursor: cursor, limits: web.limits)
        let fields = RowFields(
            mailbox: mailbox, context: context, words: words, clock: visitor.clock, tagColors: tagColors, current: current)
        return fields.fields(slice, after: call.query["group"])
    }

    private func list(_ call: Call) async throws -> Fields {
        var fields = try await rows(call)
        let rows = (fields["rows"] as? [Fields])?.count ?? 0
        fields["heading"] = heading
        fields["folder"] = context.folder?.id.description ?? ""
        fields["listPath"] = context.path(mailbox)
        fields["counts"] = counts(rows)
        fields["canFilter"] = context.query == nil
        fields["unreadOnly"] = context.unreadOnly
        fields["filterPath"] = context.path(mailbox) { $0.unreadOnly.toggle() }
        fields["orders"] = orders
        fields["sorted"] = context.order != .usual
        fields["isSpam"] = context.folder?.use == .spam
        fields["destinations"] = FolderFields.destinations(folders, from: context.folder, words)
        fields["threads"] = context.threads
        if let folder = context.folder, context.query == nil { fields = fields.adding(folderActions(folder)) }
        fields.set("query", context.query)
        fields["scopes"] = scopes
        if rows == 0 { fields["empty"] = empty }
        return fields
    }

    /// What can be done with the folder itself.
    private func folderActions(_ folder: Folder) -> Fields {
        let isEmptyable = folder.use == .trash || folder.use == .spam
        let parameters: KeyValuePairs<String, String?> = ["box": mailbox.name, "folder": folder.id.description]
        return [
            "emptyPath": isEmptyable && folder.messages > 0 ? FormFields.address("/folders/empty", parameters) : "",
            "isOwn": folder.use == nil && mailbox.rights.contains(.manage), "folderName": folder.name,
        ]
    }

    private var heading: String {
        if context.query != nil { return words["search_results"] }
        let name = context.folder.map { FolderFields.name($0, words) } ?? ""
        return context.tag.map { tag in "\(tagColors[tag]?.title ?? tag.name) · \(name)" } ?? name
    }

    private func counts(_ rows: Int) -> String {
        if context.query != nil {
            return rows >= web.limits.found ? words("found_limit", ["n": words.number(rows)]) : words.counted("found", rows)
        }
        guard let folder = context.folder, context.tag == nil else { return "" }
        guard folder.unseen > 0 else { return words.counted("messages_count", folder.messages) }
        return words("unread_of", ["unread": words.number(folder.unseen), "total": words.number(folder.messages)])
    }

    private var orders: [Fields] {
        let orders: [(String, ListOrder, Bool)] = [
            ("sort_date", .date, true), ("sort_date_up", .date, false), ("sort_subject", .subject, false),
            ("sort_sender", .sender, false), ("sort_size", .size, true),
        ]
        return orders.map { name, order, descending in
            let chosen = ChosenOrder(order, descending: descending)
            return ["path": context.path(mailbox) { $0.order = chosen }, "name": words[name], "current": context.order == chosen]
        }
    }

    private var scopes: [Fields] {
        let here = context.folder ?? folders.first { $0.id == context.scope }
        var scopes: [Fields] = [["value": "", "name": words["search_everywhere"], "selected": context.scope == nil]]
        if let here {
            let name = words("search_here", ["folder": FolderFields.name(here, words)])
            scopes.append(["value": here.id.description, "name": name, "selected": context.scope == here.id])
        }
        return scopes
    }

    private var empty: Fields {
        let kind: String
        if context.query != nil {
            kind = "search"
        } else if context.unreadOnly {
            kind = "unread"
        } else {
            switch context.folder?.use {
            case .inbox?: kind = "inbox"
            case .trash?: kind = "trash"
            case .spam?: kind = "spam"
            case .drafts?: kind = "drafts"
            default: kind = "list"
            }
        }
        let icon = context.query != nil ? "search" : context.folder?.use.map(FolderFields.icon) ?? "folder"
        return ["icon": icon, "heading": words["empty_\(kind)"], "advice": words["empty_\(kind)_advice"]]
    }

    private var folderPane: Fields {
        get async throws {
            var shared: [(access: SharedAccess, inbox: Folder)] = []
            for access in visitor.account.shared where access.rights.contains(.read) {
                // One shared mailbox that cannot be read must not take the page down.
                if let account = try? await web.store.account(access.account), let inbox = try? await account.folder(.inbox) {
                    shared.append((access, inbox))
                }
            }
            return FolderFields(
                visitor: visitor, mailbox: mailbox, folders: folders, current: context.query == nil ? context.folder?.id : nil,
                currentTag: context.tag, tags: tags, usage: usage, listPath: context.path(mailbox), shared: shared
            ).fields
        }
    }
}
