package import Mail

/// What people do with messages that they picked; those that are gone are passed over.
extension Account {
    /// - Throws: `.tooMany` beyond `StoreLimits.messages`.
    package func setFlags(_ change: FlagChange, of messages: [MessageID]) throws(StoreError) {
        try perform { mailbox in
            _ = try mailbox.change(durable: false) { try $0.setFlags(change, try mailbox.rows(of: messages)) }
        }
    }

    /// - Throws: `.noSuchFolder`, `.tooMany`.
    package func move(_ messages: [MessageID], to folder: FolderID) throws(StoreError) {
        try perform { mailbox in
            _ = try mailbox.existingFolder(folder)
            _ = try mailbox.change(durable: true) { transaction in
                try transaction.move(try mailbox.rows(of: messages).filter { $0.folder != folder }, to: folder)
            }
        }
    }

    /// F70: to the trash; what is in the trash already is deleted for good.
    package func moveToTrash(_ messages: [MessageID]) throws(StoreError) {
        try perform { mailbox in
            try mailbox.removing { transaction in
                let trash = try mailbox.folderID(.trash)
                let rows = try mailbox.rows(of: messages)
                let deleted = try rows.filter { try transaction.isInTrash($0.folder) }
                try transaction.remove(deleted)
                let numbers = Set(deleted.map(\.message))
                _ = try transaction.move(rows.filter { !numbers.contains($0.message) }, to: trash)
            }
        }
    }

    /// For good.
    package func delete(_ messages: [MessageID]) throws(StoreError) {
        try perform { mailbox in try mailbox.removing { try $0.remove(try mailbox.rows(of: messages)) } }
    }

    /// F71: empties the trash or spam, with the folders below it, for good.
    ///
    /// - Returns: how many messages went.
    @discardableResult
    package func emptyFolder(_ use: SpecialUse) throws(StoreError) -> Int {
        try perform { mailbox in
            let id = try mailbox.folderID(use)
            return try mailbox.removing { transaction in
                let before = transaction.messages
                try transaction.removeFolders(Array(try mailbox.subtree(id).dropFirst()))
                try transaction.remove(try mailbox.rows(in: id, .all))
                return Int(before - transaction.messages)
            }
        }
    }

    /// F72: deletes what has been in the trash for more than `seconds`: messages, and folders that were thrown away.
    ///
    /// - Returns: how many messages went.
    @discardableResult
    package func purgeTrash(olderThan seconds: Int64 = 7 * 86_400) throws(StoreError) -> Int {
        try perform { mailbox in
            let limit = mailbox.options.now() - seconds
            guard try mailbox.hasTrash(before: limit) else { return 0 }
            return try mailbox.removing { transaction in
                let before = transaction.messages
                for folder in try mailbox.foldersTrashed(before: limit) where try mailbox.folder(folder) != nil {
                    try transaction.removeFolders(try mailbox.subtree(folder))
                }
                try transaction.remove(try mailbox.oldestTrash(before: limit, limit: .max))
                return Int(before - transaction.messages)
            }
        }
    }
}
