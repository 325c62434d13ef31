package import Mail

extension Account {
    /// Files a draft or a template in the place of an older one, in one transaction; the older one's place may be any folder.
    ///
    /// - Throws: `.overQuota`.
    package func replaceDraft(
        _ old: MessageID?, with message: NewMessage, in use: SpecialUse = .drafts, quota: ByteCount? = nil
    ) throws(StoreError) -> Filed {
        try perform { mailbox in
            try mailbox.withPrepared([message]) { prepared in
                // Before the older one is gone.
                try mailbox.putOnDisk(prepared)
                return try mailbox.removing { transaction in
                    if let old { try transaction.remove(try mailbox.rows(of: [old])) }
                    try transaction.allow(prepared[0].size, quota: quota)
                    return try transaction.insert(prepared[0], into: try mailbox.folderID(use))
                }
            }
        }
    }

    /// STORE. Messages that are gone are passed over.
    ///
    /// - Parameter unchangedSince: messages that changed after it are left alone (RFC 7162 §3.1.3).
    package func setFlags(
        _ change: FlagChange, in folder: FolderID, uids: UIDSet, unchangedSince: ModSequence? = nil
    ) throws(StoreError) -> FlagChangeResult {
        try perform { mailbox in
            try mailbox.change(durable: false) { transaction in
                let limit = unchangedSince.map { Int64(clamping: $0.value) } ?? .max
                let (messages, modified) = try transaction.setFlags(change, in: folder, uids, unchangedSince: limit)
                return FlagChangeResult(
                    messages: messages, modified: UIDSet(modified), before: transaction.before, after: transaction.after)
            }
        }
    }

    /// COPY: all or none; second rows on the same files.
    ///
    /// - Throws: `.noSuchFolder`, `.overQuota`.
    package func copy(
        _ uids: UIDSet, from source: FolderID, to destination: FolderID, quota: ByteCount? = nil
    ) throws(StoreError) -> CopyResult {
        try perform { mailbox in
            _ = try mailbox.existingFolder(destination)
            return try mailbox.change(durable: true) { transaction in
                let rows = try mailbox.rows(in: source, uids)
                try transaction.allow(rows.reduce(0) { $0 + $1.size }, quota: quota)
                let pairs = try transaction.copy(rows, to: destination)
                return CopyResult(uidValidity: try transaction.uidValidity(of: destination), pairs: pairs)
            }
        }
    }

    /// MOVE (RFC 6851): all or none. A message keeps its number, and gets a new UID even where source and destination are one.
    ///
    /// - Throws: `.noSuchFolder`.
    package func move(_ uids: UIDSet, from source: FolderID, to destination: FolderID) throws(StoreError) -> CopyResult {
        try perform { mailbox in
            _ = try mailbox.existingFolder(destination)
            return try mailbox.change(durable: true) { transaction in
                let pairs = try transaction.move(try mailbox.rows(in: source, uids), to: destination)
                return CopyResult(uidValidity: try transaction.uidValidity(of: destination), pairs: pairs)
            }
        }
    }

    /// EXPUNGE: messages with \Deleted, those among `uids`, or all of them. For good, and on disk when this returns.
    ///
    /// - Returns: in ascending order.
    package func expunge(_ folder: FolderID, uids: UIDSet? = nil) throws(StoreError) -> [UID] {
        try perform { mailbox in
            let isNeeded = try mailbox.existingFolder(folder).deleted > 0
            guard isNeeded else { return [] }
            let gone = try mailbox.removing { transaction in
                let rows = try mailbox.rows(in: folder, uids ?? .all).filter { $0.flags.contains(.deleted) }
                try transaction.remove(rows)
                return rows.map(\.uid)
            }
            try mailbox.forgetOldExpunges(in: folder)
            return gone
        }
    }
}
