internal import Mail
internal import SQL

extension FlagChange {
    /// A message's flags and tags after the change.
    func applied(to flags: SystemFlags, _ tags: Set<Tag>) -> (SystemFlags, Set<Tag>) {
        switch mode {
        case .add: (flags.union(self.flags), tags.union(self.tags))
        case .remove: (flags.subtracting(self.flags), tags.subtracting(self.tags))
        case .replace: (self.flags, Set(self.tags))
        }
    }
}

extension Transaction {
    /// Changes the flags of a folder's messages under one mod-sequence.
    ///
    /// - Parameter limit: messages with a higher mod-sequence are left alone.
    /// - Returns: each as it is now, and those that were left alone.
    func setFlags(
        _ change: FlagChange, in folder: FolderID, _ uids: UIDSet, unchangedSince limit: Int64
    ) throws -> (messages: [MessageFlags], modified: [UID]) {
        if let masks = change.masks { return try setFlags(masks, in: folder, uids, unchangedSince: limit) }
        let rows = try mailbox.rows(in: folder, uids)
        let messages = try setFlags(change, rows.filter { $0.modSequence <= limit })
        return (messages, rows.filter { $0.modSequence > limit }.map(\.uid))
    }

    /// Changes the flags of messages under one mod-sequence.
    ///
    /// - Returns: each as it is now.
    func setFlags(_ change: FlagChange, _ rows: [MessageRow]) throws -> [MessageFlags] {
        var number: Int64?
        return try rows.map { row in
            let tags = Set(row.tagList)
            let (newFlags, newTags) = change.applied(to: row.flags, tags)
            guard newFlags != row.flags || newTags != tags else {
                return MessageFlags(
                    uid: row.uid, modSequence: ModSequence(UInt64(row.modSequence)), flags: row.flags, tags: row.tagList)
            }
            guard newTags.count <= StoreLimits.tagsOfMessage else { throw StoreError.tooMany("tagsOfMessage") }
            let modSequence = try number ?? nextNumber()
            number = modSequence
            try write(row, newFlags, newTags, modSequence)
            return MessageFlags(
                uid: row.uid, modSequence: ModSequence(UInt64(modSequence)), flags: newFlags, tags: newTags.sorted())
        }
    }

    private func write(_ row: MessageRow, _ flags: SystemFlags, _ tags: Set<Tag>, _ number: Int64) throws {
        let changesSeen = flags.contains(.seen) != row.flags.contains(.seen)
        let unseen = changesSeen ? "unseen = 1 - $4 % 2, " : ""
        try database.run(
            """
            UPDATE messages SET flags = $4, \(unseen)tags = $5, modseq = $6
            WHERE account = $1 AND folder = $2 AND uid = $3
            """, me, .integer(row.folder.value), .number(row.uid.value), .number(flags.rawValue),
            .text(orNull: TagColumn.write(tags)), .integer(number))
        let before = Set(row.tagList)
        for tag in tags.subtracting(before) { try addTag(tag, to: row.uid, in: row.folder) }
        for tag in before.subtracting(tags) {
            try database.run(
                "DELETE FROM message_tags WHERE account = $1 AND folder = $2 AND tag = $3 AND uid = $4", me,
                .integer(row.folder.value), .text(tag.name), .number(row.uid.value))
        }
        try count(-1, in: row.folder, flags: row.flags, size: row.size)
        try count(1, in: row.folder, flags: flags, size: row.size)
        try touch(row.folder, number)
        if changesSeen { recount(thread: row.thread, in: row.folder) }
    }
}
