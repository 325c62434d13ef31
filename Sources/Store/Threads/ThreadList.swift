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

    /// Messages of a thread that its row is made of, the latest ones.
    private static let recent: Int64 = 8

    private func threadListing(_ thread: Int64, in folder: FolderID, messages: Int, unread: Int) throws -> ThreadListing? {
        let latest = try threadRows(ThreadID(thread), in: folder, limit: Self.recent) { Self.listing($0) }
        guard let first = latest.first else { return nil }
        var seen: Set<String> = []
        let people = latest.compactMap(\.from.first).filter { seen.insert($0.address.lowercased()).inserted }
        return ThreadListing(
            thread: ThreadID(thread), messages: messages, unread: unread, latest: first, recent: latest,
            participants: Array(people.prefix(5)))
    }

    private static let threadRows = """
        SELECT \(listingColumns), s.message_id, s.in_reply_to, s.reference_list FROM messages m \(listingJoin)
        WHERE m.account = $1 AND m.thread = $2 AND m.folder = $3 ORDER BY m.received DESC, m.uid DESC LIMIT $4
        """

    /// Messages of a thread in one folder, the latest first, straight from the index.
    private func threadRows<Value>(
        _ thread: ThreadID, in folder: FolderID, limit: Int64, _ read: (borrowing Row) throws -> Value
    ) throws -> [Value] {
        try database.all(
            Self.threadRows, values: [me, .integer(thread.value), .integer(folder.value), .integer(limit)], read: read)
    }

    /// The folders that a thread has messages in, trash and spam left out: one step in the index for each.
    private func folders(of thread: ThreadID) throws -> [FolderID] {
        let hidden = Set(try subtree(folderID(.trash)) + subtree(folderID(.spam)))
        var (folders, last) = ([FolderID](), Int64.min)
        while let next = try database.first(
            "SELECT folder FROM messages WHERE account = $1 AND thread = $2 AND folder > $3 ORDER BY folder LIMIT 1", me,
            .integer(thread.value), .integer(last), read: { $0.integer(0) })
        {
            last = next
            if !hidden.contains(FolderID(next)) { folders.append(FolderID(next)) }
        }
        return folders
    }

    /// The latest messages of a thread, the oldest of them first, each as deep as what it answers and one.
    func thread(_ id: ThreadID, in folder: FolderID?, limit: Int) throws -> [ThreadedMessage] {
        let limit = max(1, min(limit, StoreLimits.messages))
        var rows = try (folder.map { [$0] } ?? folders(of: id)).flatMap { folder in
            try threadRows(id, in: folder, limit: Int64(limit)) { row in
                (
                    listing: Self.listing(row), id: row.optionalText(Self.listingColumnCount),
                    parents: [row.optionalText(Self.listingColumnCount + 1), row.optionalText(Self.listingColumnCount + 2)]
                )
            }
        }
        rows.sort { ($0.listing.received, $0.listing.id.value) < ($1.listing.received, $1.listing.id.value) }
        var depths: [String: Int] = [:]
        return rows.suffix(limit).map { row in
            let parents = row.parents.compactMap(\.self).flatMap { $0.split(separator: " ").reversed() }.map(String.init)
            let depth = parents.lazy.compactMap { depths[$0] }.first.map { $0 + 1 } ?? 0
            if let id = row.id, depths[id] == nil { depths[id] = depth }
            return ThreadedMessage(message: row.listing, depth: depth)
        }
    }
}
