extension Account {
    /// A page of a folder. Any page costs the same; mail that comes or goes meanwhile neither repeats nor hides a row.
    package func list(_ folder: FolderID, _ request: ListRequest = ListRequest()) throws(StoreError) -> ListPage {
        try reading { try $0.list(folder, request) }
    }

    /// A page of a folder's threads, those with the latest message first (F35).
    package func threads(
        in folder: FolderID, unreadOnly: Bool = false, cursor: ListCursor? = nil, limit: Int = 50
    ) throws(StoreError) -> ThreadPage {
        try reading { try $0.threads(in: folder, unreadOnly: unreadOnly, cursor: cursor, limit: limit) }
    }

    /// A thread's latest messages in all folders but trash and spam, or in one folder; the oldest of them first. Costs what
    /// `limit` says, however long the thread is.
    ///
    /// - Parameter limit: at most `StoreLimits.messages`.
    package func thread(_ id: ThreadID, in folder: FolderID? = nil, limit: Int = 1_000) throws(StoreError) -> [ThreadedMessage] {
        try reading { try $0.thread(id, in: folder, limit: limit) }
    }

    /// Nil where there is no such message.
    package func message(_ id: MessageID) throws(StoreError) -> MessageDetail? { try reading { try $0.detail(of: id) } }

    /// In the order of `ids`; those that are gone are left out.
    package func listings(_ ids: [MessageID]) throws(StoreError) -> [MessageListing] {
        try reading { mailbox in
            guard ids.count <= StoreLimits.messages else { throw StoreError.tooMany("messages") }
            return try ids.compactMap { try mailbox.listing(of: $0) }
        }
    }
}
