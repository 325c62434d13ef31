internal import MIME
internal import Mail
internal import SQL

extension Mailbox {
    /// A folder's threads, the latest first.
    func threads(in folder: FolderID, unreadOnly: Bool, cursor: ListCursor?, limit: Int) throws -> ThreadPage {
        let limit = max(1, min(limit, StoreLimits.page))
        let isReversed = cursor?.isBackward ?? false
        var values: [SQLValue] = [me, .integer(folder.value), .number(limit + 1)]
        var conditions = ["account = $1", "folder = $2"]
        if unreadOnly { conditions.append("unread > 0") }
        let place = cursor ?? ListCursor(key: .number(.max), tie: .max, isBackward: false)
        guard case .number(let latest) = place.key else { throw StoreError.tooMany("cursor") }
        values += [.integer(latest), .integer(place.tie)]
        conditions.append("(latest, thread) \(isReversed ? ">" : "<") ($4, $5)")
        let direction = isReversed ? "ASC" : "DESC"
        var rows = try database.all(
            """
            SELECT thread, messages, unread, latest FROM folder_threads WHERE \(conditions.joined(separator: " AND "))
            ORDER BY latest \(direction), thread \(direction) LIMIT $3
            """, values: values
        ) { row in (thread: row.integer(0), messages: Int(row.integer(1)), unread: Int(row.integer(2)), latest: row.integer(3)) }
        let hasMore = rows.count > limit
        if hasMore { rows.removeLast() }
        if isReversed { rows.reverse() }
        let listings = try rows.compactMap { row in
            try threadListing(row.thread, in: folder, messages: row.messages, unread: row.unread)
        }
        func cursorAt(_ row: (thread: Int64, messages: Int, unread: Int, latest: Int64)?, _ isBackward: Bool) -> ListCursor? {
            row.map { ListCursor(key: .number($0.latest), tie: $0.thread, isBackward: isBackward) }
        }
        return ThreadPage(
            rows: listings, next: (isReversed ? !rows.isEmpty : hasMore) ? cursorAt(rows.last, false) : nil,
            previous: (isReversed ? hasMore : cursor != nil && !rows.isEmpty) ? cursorAt(rows.first, true) : nil)
    }

    private func threadListing(_ thread: Int64, in folder: FolderID, messages: Int, unread: Int) throws -> ThreadListing? {
        let latest = try database.all(
            """
            SELECT \(Self.listingColumns) FROM messages m \(Self.listingJoin)
            WHERE m.account = $1 AND m.thread = $2 AND m.folder = $3 ORDER BY m.received DESC, m.uid DESC LIMIT 8
            """, me, .integer(thread), .integer(folder.value)
        ) { Self.listing($0) }
        guard let first = latest.first else { return nil }
        var seen: Set<String> = []
        let people = latest.compactMap(\.from.first).filter { seen.insert($0.address.lowercased()).inserted }
        return ThreadListing(
            thread: ThreadID(thread), messages: messages, unread: unread, latest: first, participants: Array(people.prefix(5)))
    }

    /// A thread's messages, the oldest first, each as deep as what it answers and one.
    func thread(_ id: ThreadID, in folder: FolderID?) throws -> [ThreadedMessage] {
        let hidden = try folder == nil ? subtree(folderID(.trash)) + subtree(folderID(.spam)) : []
        var rows = try database.all(
            """
            SELECT \(Self.listingColumns), s.message_id, s.in_reply_to, s.reference_list
            FROM messages m \(Self.listingJoin) WHERE m.account = $1 AND m.thread = $2 ORDER BY m.received, m.uid LIMIT 1000
            """, me, .integer(id.value)
        ) { row in
            (
                listing: Self.listing(row), id: row.optionalText(Self.listingColumnCount),
                parents: [row.optionalText(Self.listingColumnCount + 1), row.optionalText(Self.listingColumnCount + 2)]
            )
        }
        rows.removeAll { row in folder.map { $0 != row.listing.folder } ?? hidden.contains(row.listing.folder) }
        var depths: [String: Int] = [:]
        return rows.map { row in
            let parents = row.parents.compactMap(\.self).flatMap { $0.split(separator: " ").reversed() }.map(String.init)
            let depth = parents.lazy.compactMap { depths[$0] }.first.map { $0 + 1 } ?? 0
            if let id = row.id, depths[id] == nil { depths[id] = depth }
            return ThreadedMessage(message: row.listing, depth: depth)
        }
    }
}
