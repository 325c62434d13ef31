package import Mail

extension Account {
    /// In the order of the tree: the fixed ones first, then by name; those below a folder behind it.
    package func folders() throws(StoreError) -> [Folder] { try reading { try $0.folders() } }

    package func folder(at path: FolderPath) throws(StoreError) -> Folder? { try reading { try $0.folder(at: path) } }

    package func folder(_ use: SpecialUse) throws(StoreError) -> Folder {
        try reading { try $0.existingFolder(try $0.folderID(use)) }
    }

    package func folder(_ id: FolderID) throws(StoreError) -> Folder? { try reading { try $0.folder(id) } }

    /// Makes a folder, and those above it where they are missing; they are subscribed to.
    ///
    /// - Throws: `.folderExists`, `.folderNotAllowed`, `.tooMany`.
    @discardableResult
    package func createFolder(at path: FolderPath) throws(StoreError) -> Folder {
        try perform { mailbox in
            let id = try mailbox.change(durable: true) { transaction in
                guard try mailbox.folderID(at: path) == nil else { throw StoreError.folderExists }
                return try transaction.makeFolders(at: path)
            }
            return try mailbox.existingFolder(id)
        }
    }

    /// Gives a folder another path, with all that is below it; missing folders above the path are made. Of the inbox the
    /// messages go to a new folder of that path (RFC 9051 §6.3.6).
    ///
    /// - Throws: `.noSuchFolder`, `.folderExists`, `.folderNotAllowed`.
    package func renameFolder(_ id: FolderID, to path: FolderPath) throws(StoreError) {
        try perform { mailbox in
            let folder = try mailbox.existingFolder(id)
            try mailbox.change(durable: true) { transaction in
                let path = path.normalized
                guard try mailbox.folderID(at: path).map({ $0 == id }) ?? true else { throw StoreError.folderExists }
                if folder.use == .inbox {
                    guard path != folder.path else { throw StoreError.folderExists }
                    let target = try transaction.makeFolders(at: path)
                    _ = try transaction.move(try mailbox.rows(in: id, .all), to: target)
                } else {
                    guard folder.use == nil else { throw StoreError.folderNotAllowed(.fixed) }
                    let parent = try path.parent.map { try transaction.makeFolders(at: $0) }
                    try transaction.allowFolders(below: parent)
                    try transaction.place(folder, under: parent, name: path.name, trashed: nil)
                }
            }
        }
    }

    /// Puts a folder below another, nil for the root (F67).
    ///
    /// - Throws: `.noSuchFolder`, `.folderExists`, `.folderNotAllowed`.
    package func moveFolder(_ id: FolderID, under parent: FolderID?) throws(StoreError) {
        try perform { mailbox in
            let folder = try mailbox.existingFolder(id)
            if let parent { _ = try mailbox.existingFolder(parent) }
            try mailbox.change(durable: true) { transaction in
                try transaction.allowFolders(below: parent)
                let trashed = try parent.map { try transaction.isInTrash($0) } == true ? transaction.now : nil
                try transaction.place(folder, under: parent, name: folder.name, trashed: trashed)
            }
        }
    }

    /// IMAP's DELETE: the folder and its messages are gone; folders below it too.
    ///
    /// - Throws: `.noSuchFolder`, `.folderNotAllowed` for a fixed one.
    package func deleteFolder(_ id: FolderID) throws(StoreError) {
        try perform { mailbox in
            _ = try mailbox.existingFolder(id)
            try mailbox.removing { transaction in try transaction.removeFolders(try mailbox.subtree(id)) }
            mailbox.uidLists[id] = nil
        }
    }

    /// Moves a folder with all it holds into the trash (F68); a number is put behind its name where that is taken.
    ///
    /// - Throws: `.noSuchFolder`, `.folderNotAllowed`.
    package func trashFolder(_ id: FolderID) throws(StoreError) {
        try perform { mailbox in
            let folder = try mailbox.existingFolder(id)
            try mailbox.change(durable: true) { transaction in
                let trash = try mailbox.folderID(.trash)
                var name = folder.name
                var number = 2
                while try mailbox.folderID(at: try mailbox.path(to: trash).appending(name)) != nil {
                    name = "\(folder.name) \(number)"
                    number += 1
                }
                try transaction.place(folder, under: trash, name: name, trashed: transaction.now)
            }
        }
    }

    /// Subscribes to a path, whether or not a folder is there (RFC 9051 §6.3.7), or ends that.
    ///
    /// - Throws: `.tooMany`, `.folderNotAllowed`.
    package func subscribe(_ path: FolderPath, _ isSubscribed: Bool) throws(StoreError) {
        try perform { mailbox in
            let path = path.normalized
            if let refusal = path.refusal { throw StoreError.folderNotAllowed(refusal) }
            try mailbox.change(durable: true) { transaction in
                guard try !isSubscribed || mailbox.subscriptions().count < StoreLimits.subscriptions else {
                    throw StoreError.tooMany("subscriptions")
                }
                try mailbox.setSubscribed(path, isSubscribed)
                _ = try transaction.nextNumber()
            }
        }
    }

    package func subscriptions() throws(StoreError) -> [FolderPath] { try perform { try $0.subscriptions() } }
}
