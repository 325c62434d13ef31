internal import Mail
internal import SQL

extension Transaction {
    /// Second rows on the same blobs, with flags, tags, dates and comments.
    func copy(_ rows: [MessageRow], to folder: FolderID) throws -> [(source: UID, destination: UID)] {
        let trashed = try isInTrash(folder) ? now : nil
        try mailbox.flushFiles(of: rows)
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
        try mailbox.flushFiles(of: rows)
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

extension Mailbox {
    /// Seconds after which the mail worker has surely flushed what it filed.
    private static let flushedWithin: Int64 = 60

    /// Puts on disk the files of messages that were filed or added just now and wait for their flush. A copy or a move is durable when it
    /// is answered: after a power cut the delivery would come again, and the copy would not.
    func flushFiles(of rows: [MessageRow]) throws {
        // What waits is known to the mail worker alone; in another process the age decides.
        guard !isMail || !unflushed.isEmpty || isAdding else { return }
        var folders: Set<String> = []
        for blob in Set(rows.map(\.blob)) {
            let name = try name(ofBlob: blob)
            guard isUnflushed(name) else { continue }
            try files.sync(paths.file(name))
            folders.formUnion([paths.folder(of: name), paths.messages, paths.folder])
        }
        for folder in folders.sorted() { try files.sync(folder) }
    }

    private func isUnflushed(_ name: BlobName) -> Bool {
        guard isMail else { return name.seconds + Self.flushedWithin >= WallClock.seconds() }
        let path = paths.file(name)
        return unflushed.holds(file: path) || isAdding(file: path)
    }
}
