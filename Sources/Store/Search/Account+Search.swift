package import Mail
internal import SQL

extension Account {
    /// IMAP's SEARCH, in ascending order. Words and header fields are answered by the index, which is brought up to date first.
    package func search(_ query: MessageQuery, in folder: FolderID) throws(StoreError) -> [UID] {
        try perform { try $0.search(query, in: folder) }
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
        case .body, .text, .contains: true
        case .header(let name, _): QueryCompiler.columns[name.lowercased()] != nil
        case .and(let parts), .or(let parts): parts.contains(where: \.needsIndex)
        case .not(let part): part.needsIndex
        default: false
        }
    }
}

extension Mailbox {
    func search(_ query: MessageQuery, in folder: FolderID) throws -> [UID] {
        if query.needsIndex { _ = try freshIndex() }
        return try withHits {
            var compiler = QueryCompiler(mailbox: self, folder: folder)
            let condition = try compiler.condition(query)
            let join = condition.contains("s.") ? "JOIN summaries s ON s.account = m.account AND s.blob = m.blob" : ""
            return try database.all(
                "SELECT m.uid FROM messages m \(join) WHERE m.account = $1 AND m.folder = $2 AND (\(condition)) ORDER BY m.uid",
                values: compiler.values
            ) { row in UID(UInt32(truncatingIfNeeded: row.integer(0))) }
        }
    }

    fileprivate func find(
        _ question: SearchText, _ index: SearchIndex, in scope: FindScope, order: FindOrder, limit: Int
    ) throws -> [MessageListing] {
        var source = "messages m"
        var conditions = ["m.account = $1"]
        if let required = question.required {
            try remember(try index.blobs(matching: required, byRelevance: order == .relevance), question: 1)
            // From one hit to the next, never through all messages.
            source = """
                (SELECT n.folder AS folder, n.uid AS uid, h.place AS place FROM hits h CROSS JOIN messages n
                WHERE h.question = 1 AND n.account = $1 AND n.blob = h.hit) x CROSS JOIN messages m
                """
            conditions.append("m.folder = x.folder AND m.uid = x.uid")
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
        let byPlace = order == .relevance && question.required != nil ? "x.place, " : ""
        let found = try database.all(
            """
            SELECT m.message FROM \(source) WHERE \(conditions.joined(separator: " AND "))
            ORDER BY \(byPlace)m.received DESC, m.message DESC LIMIT \(limit)
            """, me
        ) { row in MessageID(row.integer(0)) }
        return try found.compactMap { try listing(of: $0) }
    }
}
