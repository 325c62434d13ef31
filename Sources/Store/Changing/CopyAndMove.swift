internal import Mail
internal import SQL

extension Transaction {
    /// Second rows on the same blobs, with flags, tags, dates and comments.
    func copy(_ rows: [MessageRow], to folder: FolderID) throws -> [(source: UID, destination: UID)] {
        let trashed = try isInTrash(folder) ? now : nil
        return try rows.map { row in
            let number = try nextNumber()
            try database.run("UPDATE blobs SET links = links + 1 WHERE account = $1 AND blob = $2", me, .integer(row.blob))
            let uid = try insert(NewRow(row, in: folder, number: number, modSequence: number, trashed: trashed))
            try database.run(
                """
                INSERT INTO comments (account, message, comment)
                SELECT account, $3, comment FROM comments WHERE account = $1 AND message = $2
                """, me, .integer(row.message), .integer(number))
            return (row.uid, uid)
        }
    }

    /// The same messages under new UIDs in another folder.
    func move(_ rows: [MessageRow], to folder: FolderID) throws -> [(source: UID, destination: UID)] {
        let trashed = try isInTrash(folder) ? now : nil
        return try rows.map { row in
            let number = try nextNumber()
            try removeFromFolder(row, number)
            countInAccount(-1, size: row.size)
            let kept = trashed == nil ? nil : row.trashed ?? trashed
            let uid = try insert(NewRow(row, in: folder, number: row.message, modSequence: number, trashed: kept))
            return (row.uid, uid)
        }
    }

    /// - Throws: `.overQuota` where so many more octets are too many.
    func allow(_ size: Int64, quota: ByteCount?) throws {
        guard let quota, octets + size > Int64(quota.octets) else { return }
        throw StoreError.overQuota(used: Int(octets), limit: quota.octets)
    }
}

extension Transaction.NewRow {
    init(_ row: MessageRow, in folder: FolderID, number: Int64, modSequence: Int64, trashed: Int64?) {
        self.init(
            folder: folder, number: number, blob: row.blob, modSequence: modSequence, flags: row.flags, tags: row.tags,
            received: row.received, size: row.size, headerSize: row.headerSize, thread: row.thread, trashed: trashed,
            subjectKey: row.subjectKey, senderKey: row.senderKey)
    }
}
