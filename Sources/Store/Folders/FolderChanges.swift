internal import Mail
internal import SQL

extension Transaction {
    func makeFolder(parent: FolderID?, name: String, use: SpecialUse?) throws -> FolderID {
        let count = try database.first("SELECT COUNT(*) FROM folders WHERE account = $1", me) { Int($0.integer(0)) } ?? 0
        guard count < StoreLimits.folders else { throw StoreError.tooMany("folders") }
        let number = try nextNumber()
        try database.run(
            """
            INSERT INTO folders (account, folder, parent, name, special_use, uid_validity, uid_next, uid_reserved, uid_recent,
                highest, forgotten, messages, unseen, deleted, octets, trashed)
            VALUES ($1, $2, $3, $4, $5, $6, 1, $7, 1, $2, 0, 0, 0, 0, 0, NULL)
            """, me, .integer(number), .integer(parent?.value ?? 0), .text(name), .text(orNull: use?.rawValue),
            .integer(try nextUIDValidity()), .integer(1 + Reservation.uids))
        return FolderID(number)
    }

    /// The folder at a path, made with those above it where they are missing.
    func makeFolders(at path: FolderPath) throws -> FolderID {
        let path = path.normalized
        if let refusal = path.refusal { throw StoreError.folderNotAllowed(refusal) }
        var parent: FolderID?
        for (depth, name) in path.components.enumerated() {
            if let found = try mailbox.folderID(at: FolderPath(Array(path.components[...depth]))) {
                parent = found
            } else {
                try allowFolders(below: parent)
                parent = try makeFolder(parent: parent, name: name, use: nil)
                try mailbox.setSubscribed(FolderPath(Array(path.components[...depth])), true)
            }
        }
        guard let parent else { throw StoreError.folderNotAllowed(.badName) }
        return parent
    }

    /// F66: none below Sent and Spam.
    func allowFolders(below parent: FolderID?) throws {
        guard let parent else { return }
        let top = try mailbox.path(to: parent).components.first ?? ""
        guard let id = try mailbox.folderID(at: FolderPath([top])), let use = try use(of: id), use == .sent || use == .spam
        else { return }
        throw StoreError.folderNotAllowed(.noFoldersHere)
    }

    /// Gives a folder another place or name, with all that is below it.
    func place(_ folder: Folder, under parent: FolderID?, name: String, trashed: Int64? = nil) throws {
        guard folder.use == nil else { throw StoreError.folderNotAllowed(.fixed) }
        let below = try mailbox.subtree(folder.id)
        if let parent, below.contains(parent) { throw StoreError.folderNotAllowed(.insideItself) }
        let base = try parent.map { try mailbox.path(to: $0) } ?? FolderPath([])
        let path = base.appending(name)
        if let refusal = path.refusal { throw StoreError.folderNotAllowed(refusal) }
        let deepest = try below.map { try mailbox.path(to: $0).components.count }.max() ?? 0
        guard deepest - folder.path.components.count + path.components.count <= StoreLimits.folderDepth else {
            throw StoreError.folderNotAllowed(.tooDeep)
        }
        if let other = try mailbox.folderID(at: path) {
            guard other == folder.id else { throw StoreError.folderExists }
            return
        }
        let subscribed = Set(try mailbox.subscriptions())
        let before = try below.map { try mailbox.path(to: $0) }
        try database.run(
            "UPDATE folders SET parent = $3, name = $4, trashed = $5 WHERE account = $1 AND folder = $2", me,
            .integer(folder.id.value), .integer(parent?.value ?? 0), .text(name), .integer(orNull: trashed))
        for (id, old) in zip(below, before) where subscribed.contains(old) {
            try mailbox.setSubscribed(old, false)
            try mailbox.setSubscribed(try mailbox.path(to: id), true)
        }
        let number = try nextNumber()
        for id in below {
            try touch(id, number)
            try setTrashDates(in: id, trashed)
        }
    }

    /// Removes folders with their messages, the deepest first.
    func removeFolders(_ ids: [FolderID]) throws {
        for id in ids.reversed() {
            guard try use(of: id) == nil else { throw StoreError.folderNotAllowed(.fixed) }
            try remove(try mailbox.rows(in: id, .all))
            try mailbox.setSubscribed(try mailbox.path(to: id), false)
            for table in ["folders", "expunged", "folder_threads"] {
                try database.run("DELETE FROM \(table) WHERE account = $1 AND folder = $2", me, .integer(id.value))
            }
            forget(id)
            _ = try nextNumber()
        }
    }

    private func setTrashDates(in id: FolderID, _ trashed: Int64?) throws {
        try database.run(
            "UPDATE messages SET trashed = $3 WHERE account = $1 AND folder = $2", me, .integer(id.value),
            .integer(orNull: trashed))
    }

    /// Whether a folder is the trash or below it.
    func isInTrash(_ id: FolderID) throws -> Bool {
        guard let top = try mailbox.path(to: id).components.first else { return false }
        return try mailbox.folderID(at: FolderPath([top])) == mailbox.folderID(.trash)
    }
}
