internal import Mail
internal import SQL

/// The statement of a list's page: from the cursor on along an index, never past what the page shows.
struct ListQuery {
    let folder: FolderID
    let request: ListRequest

    private var column: String {
        switch request.order {
        case .date: "m.received"
        case .subject: "m.subject_key"
        case .sender: "m.sender_key"
        case .size: "m.size"
        }
    }

    /// A page before the cursor is read towards the list's beginning, and turned round.
    var isReversed: Bool { request.cursor?.isBackward ?? false }

    /// One row more than the page has: it tells whether there is a next one.
    func statement(_ me: SQLValue) throws -> (sql: String, values: [SQLValue]) {
        let descends = request.descending != isReversed
        var values: [SQLValue] = [me, .integer(folder.value), .number(limit + 1)]
        var conditions = ["m.account = $1", "m.folder = $2"]
        if request.unreadOnly { conditions.append("m.unseen = 1") }
        let (key, tie) = try place(descends: descends)
        values += [key, .integer(tie)]
        conditions.append("(\(column), m.uid) \(descends ? "<" : ">") ($4, $5)")
        if let tag = request.tag {
            values.append(.text(tag.name))
            conditions.append(
                """
                EXISTS (SELECT 1 FROM message_tags t WHERE t.account = m.account AND t.folder = m.folder
                    AND t.tag = $\(values.count) AND t.uid = m.uid)
                """)
        }
        let direction = descends ? "DESC" : "ASC"
        let sql = """
            SELECT \(Mailbox.listingColumns), \(column) FROM messages m \(Mailbox.listingJoin)
            WHERE \(conditions.joined(separator: " AND ")) ORDER BY \(column) \(direction), m.uid \(direction) LIMIT $3
            """
        return (sql, values)
    }

    /// Where the page begins. The first page begins before everything, with the same statement: every page costs the same.
    private func place(descends: Bool) throws -> (key: SQLValue, tie: Int64) {
        let isNumber = request.order == .date || request.order == .size
        guard let cursor = request.cursor else {
            let first: SQLValue = isNumber ? .integer(descends ? .max : .min) : .text(descends ? "\u{10ffff}" : "")
            return (first, descends ? .max : .min)
        }
        switch cursor.key {
        case .number(let number) where isNumber: return (.integer(number), cursor.tie)
        case .text(let text) where !isNumber: return (.text(text), cursor.tie)
        default: throw StoreError.tooMany("cursor")
        }
    }

    var limit: Int { max(1, min(request.limit, StoreLimits.page)) }

    func cursor(_ row: (listing: MessageListing, key: ListCursor.Key), isBackward: Bool) -> ListCursor {
        ListCursor(key: row.key, tie: Int64(row.listing.uid.value), isBackward: isBackward)
    }

    func key(_ row: borrowing Row) -> ListCursor.Key {
        let column = Mailbox.listingColumnCount
        return switch request.order {
        case .date, .size: .number(row.integer(column))
        case .subject, .sender: .text(row.text(column))
        }
    }
}

extension Mailbox {
    func list(_ folder: FolderID, _ request: ListRequest) throws -> ListPage {
        let query = ListQuery(folder: folder, request: request)
        let (sql, values) = try query.statement(me)
        var rows = try database.all(sql, values: values) { row in (listing: Self.listing(row), key: query.key(row)) }
        let hasMore = rows.count > query.limit
        if hasMore { rows.removeLast() }
        if query.isReversed { rows.reverse() }
        let hasNext = query.isReversed ? !rows.isEmpty : hasMore
        let hasPrevious = query.isReversed ? hasMore : request.cursor != nil && !rows.isEmpty
        return ListPage(
            rows: rows.map(\.listing), next: hasNext ? rows.last.map { query.cursor($0, isBackward: false) } : nil,
            previous: hasPrevious ? rows.first.map { query.cursor($0, isBackward: true) } : nil)
    }
}
