package import Mail
internal import SQL

extension Account {
    /// IMAP's SEARCH, in ascending order. BODY and TEXT are answered by the index, which is brought up to date first.
    package func search(_ query: MessageQuery, in folder: FolderID) throws(StoreError) -> [UID] {
        try perform { mailbox in
            if query.needsIndex { _ = try mailbox.freshIndex() }
            return try mailbox.withHits {
                var compiler = QueryCompiler(mailbox: mailbox, folder: folder)
                let condition = try compiler.condition(query)
                let join = condition.contains("s.") ? "JOIN summaries s ON s.account = m.account AND s.blob = m.blob" : ""
                return try mailbox.database.all(
                    "SELECT m.uid FROM messages m \(join) WHERE m.account = $1 AND m.folder = $2 AND (\(condition)) ORDER BY m.uid",
                    values: compiler.values
                ) { row in UID(UInt32(truncatingIfNeeded: row.integer(0))) }
            }
        }
    }

    /// The web's search (`SearchText`): over subject, people, text and names of attachments, without case and marks.
    ///
    /// - Parameter limit: rows at most.
    package func find(
        _ text: String, in scope: FindScope = .everywhere, order: FindOrder = .date, limit: Int = 200
    ) throws(StoreError) -> [MessageListing] {
        try perform { mailbox in
            let question = SearchText(text)
            guard !question.isEmpty else { return [] }
            let index = try mailbox.freshIndex()
            return try mailbox.withHits {
                try mailbox.find(question, index, in: scope, order: order, limit: max(1, min(limit, StoreLimits.messages)))
            }
        }
    }
}

extension MessageQuery {
    fileprivate var needsIndex: Bool {
        switch self {
        case .body, .text: true
        case .and(let parts), .or(let parts): parts.contains(where: \.needsIndex)
        case .not(let part): part.needsIndex
        default: false
        }
    }
}

extension Mailbox {
    fileprivate func find(
        _ question: SearchText, _ index: SearchIndex, in scope: FindScope, order: FindOrder, limit: Int
    ) throws -> [MessageListing] {
        var conditions = ["m.account = $1"]
        var join = ""
        if let required = question.required {
            try remember(try index.blobs(matching: required, byRelevance: order == .relevance), question: 1)
            join = "JOIN hits h ON h.question = 1 AND h.hit = m.blob"
        }
        if let forbidden = question.forbidden {
            try remember(try index.blobs(matching: forbidden, byRelevance: false), question: 2)
            conditions.append("m.blob NOT IN (SELECT hit FROM hits WHERE question = 2)")
        }
        switch scope {
        case .folder(let folder): conditions.append("m.folder = \(folder.value)")
        case .everywhere:
            let hidden = try subtree(folderID(.trash)) + subtree(folderID(.spam))
            conditions.append("m.folder NOT IN (\(hidden.map(\.description).joined(separator: ", ")))")
        }
        let byPlace = order == .relevance && !join.isEmpty ? "h.place, " : ""
        return try database.all(
            """
            SELECT \(Self.listingColumns) FROM messages m \(join) \(Self.listingJoin)
            WHERE \(conditions.joined(separator: " AND ")) ORDER BY \(byPlace)m.received DESC, m.message DESC LIMIT \(limit)
            """, me
        ) { Self.listing($0) }
    }
}
