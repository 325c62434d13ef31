internal import MIME
internal import Mail
internal import Store

/// Which messages a list shows, as its address says.
struct ListContext: Sendable {
    var folder: Folder?
    var query: String?
    /// Of a search: the folder to look in, nil for all.
    var scope: FolderID?
    var tag: Tag?
    var unreadOnly = false
    var order = ChosenOrder.usual
    /// Where conversations are not wanted as rows.
    private var isFlat = false

    /// - Parameter remembered: how the visitor has sorted this list before.
    init(_ fields: FormFields, folder: Folder?, remembered: ChosenOrder?, limits: WebLimits) {
        self.folder = folder
        if let text = fields["q"], !text.isEmpty { query = String(text.prefix(limits.query)) }
        scope = fields["in"].flatMap { Int64($0) }.map { FolderID($0) }
        tag = fields["tag"].flatMap { Tag($0) }
        unreadOnly = fields["unread"] == "1"
        order = ChosenOrder(fields) ?? remembered ?? .usual
        isFlat = fields["threads"] == "0"
    }

    /// Whether rows are conversations: where mail comes in; elsewhere each message is its own.
    var threads: Bool {
        let isPlain: Bool = folder.map { $0.use == nil || $0.use == .inbox } ?? false
        return isPlain && order == .usual && tag == nil && query == nil && !isFlat
    }

    /// The folder whose conversations are its rows; nil where rows are single messages.
    var threadFolder: FolderID? { threads ? folder?.id : nil }

    /// The address of this list, or of a message in it, changed in some of its parts.
    func path(
        _ mailbox: OpenMailbox, message: MessageListing? = nil, cursor: ListCursor? = nil,
        change: (inout ListContext) -> Void = { _ in }
    ) -> String {
        var changed = self
        change(&changed)
        let isUsual = changed.order == .usual && order == .usual
        var path = "/search/\(mailbox.name)"
        if query == nil, let folder { path = mailbox.path(folder.id) }
        // A message of a conversation is read beside the list that the conversation stands in, wherever the message is.
        if let message { path = mailbox.path(threadFolder ?? message.folder, message.id) }
        return FormFields.address(
            path,
            [
                "q": changed.query, "in": changed.query == nil ? nil : changed.scope?.description, "tag": changed.tag?.name,
                "unread": changed.unreadOnly ? "1" : nil, "sort": isUsual ? nil : changed.order.order.rawValue,
                "up": changed.order.direction, "after": cursor?.token,
            ])
    }
}

/// A page of a list, whatever it is a list of.
struct ListSlice: Sendable {
    struct Row: Sendable {
        var listing: MessageListing
        /// Messages of the thread; 0 where rows are single messages.
        var thread = 0
        var isUnread: Bool
        var people: [HeaderAddress]
        /// Of the listing, or of the latest messages of the conversation.
        var isStarred: Bool
        var hasAttachments: Bool
        var tags: [Tag]
    }

    var rows: [Row] = []
    var next: ListCursor?
}

extension ListContext {
    func slice(_ mailbox: OpenMailbox, cursor: ListCursor?, limits: WebLimits) async throws -> ListSlice {
        if let query {
            let scope: FindScope = scope.map { .folder($0) } ?? .everywhere
            let found = try await mailbox.account.find(query, in: scope, order: .date, limit: limits.found)
            return ListSlice(rows: found.map(row))
        }
        guard let folder else { return ListSlice() }
        if threads {
            let page = try await mailbox.account.threads(
                in: folder.id, unreadOnly: unreadOnly, cursor: cursor, limit: limits.page)
            let rows = page.rows.map { thread in
                ListSlice.Row(
                    listing: thread.latest, thread: thread.messages > 1 ? thread.messages : 0, isUnread: thread.unread > 0,
                    people: thread.participants, isStarred: thread.recent.contains { $0.flags.contains(.flagged) },
                    hasAttachments: thread.recent.contains(where: \.hasAttachments), tags: thread.recent.shownTags)
            }
            return ListSlice(rows: rows, next: page.next)
        }
        let request = ListRequest(
            order: order.order, descending: order.descending, unreadOnly: unreadOnly, tag: tag, cursor: cursor, limit: limits.page
        )
        let page = try await mailbox.account.list(folder.id, request)
        return ListSlice(rows: page.rows.map(row), next: page.next)
    }

    /// Of what one wrote oneself, the recipients tell more.
    var isOutgoing: Bool { folder?.use == .sent || folder?.use == .drafts || folder?.use == .templates }

    private func row(_ listing: MessageListing) -> ListSlice.Row {
        let people = isOutgoing ? listing.to : listing.from
        return ListSlice.Row(
            listing: listing, isUnread: !listing.flags.contains(.seen), people: people,
            isStarred: listing.flags.contains(.flagged), hasAttachments: listing.hasAttachments, tags: [listing].shownTags)
    }
}

extension [MessageListing] {
    /// The tags of all of them, each once; those that programs use among themselves are left out.
    var shownTags: [Tag] {
        var seen: Set<Tag> = []
        return flatMap(\.tags).filter { !$0.name.hasPrefix("$") && seen.insert($0).inserted }
    }
}
