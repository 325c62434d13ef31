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
    var order = ListOrder.date
    var descending = true
    var threads = true

    init(_ fields: FormFields, folder: Folder?, limits: WebLimits) {
        self.folder = folder
        if let text = fields["q"], !text.isEmpty { query = String(text.prefix(limits.query)) }
        scope = fields["in"].flatMap { Int64($0) }.map { FolderID($0) }
        tag = fields["tag"].flatMap { Tag($0) }
        unreadOnly = fields["unread"] == "1"
        order = fields["sort"].flatMap { ListOrder(rawValue: $0) } ?? .date
        descending = fields["up"].map { $0 != "1" } ?? (order == .date || order == .size)
        // Conversations stand where mail comes in; elsewhere each message is its own.
        let isPlain: Bool = folder.map { $0.use == nil || $0.use == .inbox } ?? false
        threads = isPlain && order == .date && descending && tag == nil && query == nil && fields["threads"] != "0"
    }

    /// The address of this list, or of a message in it, changed in some of its parts.
    func path(
        _ mailbox: OpenMailbox, message: MessageListing? = nil, cursor: ListCursor? = nil,
        change: (inout ListContext) -> Void = { _ in }
    ) -> String {
        var changed = self
        change(&changed)
        let isDefault = changed.order == .date && changed.descending
        let folder = message?.folder ?? (query == nil ? self.folder?.id : nil)
        var path = "/search/\(mailbox.name)"
        if let folder { path = mailbox.path(folder) }
        if let message { path = mailbox.path(message.folder, message.id) }
        let upward = changed.order == .date || changed.order == .size
        return FormFields.address(
            path,
            [
                "q": changed.query, "in": changed.query == nil ? nil : changed.scope?.description, "tag": changed.tag?.name,
                "unread": changed.unreadOnly ? "1" : nil,
                "sort": isDefault || changed.order == .date ? nil : changed.order.rawValue,
                "up": changed.descending == upward ? nil : changed.descending ? "0" : "1", "after": cursor?.token,
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
        var names: [String]
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
                    names: thread.participants.map(\.display))
            }
            return ListSlice(rows: rows, next: page.next)
        }
        let request = ListRequest(
            order: order, descending: descending, unreadOnly: unreadOnly, tag: tag, cursor: cursor, limit: limits.page)
        let page = try await mailbox.account.list(folder.id, request)
        return ListSlice(rows: page.rows.map(row), next: page.next)
    }

    private func row(_ listing: MessageListing) -> ListSlice.Row {
        // Of what one wrote oneself, the recipients tell more.
        let isOutgoing = folder?.use == .sent || folder?.use == .drafts || folder?.use == .templates
        let people = isOutgoing ? listing.to : listing.from
        return ListSlice.Row(listing: listing, isUnread: !listing.flags.contains(.seen), names: people.map(\.display))
    }
}
