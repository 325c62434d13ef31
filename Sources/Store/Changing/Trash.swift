internal import Mail
internal import SQL

extension Mailbox {
    /// What has been in the trash since before `limit`, the oldest first.
    func oldestTrash(before limit: Int64, limit count: Int) throws -> [MessageRow] {
        try database.all(
            """
            SELECT \(MessageRow.columns) FROM messages WHERE account = $1 AND trashed IS NOT NULL AND trashed < $2
            ORDER BY trashed, folder, uid LIMIT $3
            """, me, .integer(limit), .number(count)
        ) { MessageRow($0) }
    }

    func foldersTrashed(before limit: Int64) throws -> [FolderID] {
        try database.all("SELECT folder FROM folders WHERE account = $1 AND trashed < $2", me, .integer(limit)) { row in
            FolderID(row.integer(0))
        }
    }

    func hasTrash(before limit: Int64) throws -> Bool {
        try !oldestTrash(before: limit, limit: 1).isEmpty || !foldersTrashed(before: limit).isEmpty
    }
}

extension Transaction {
    /// F73: deletes messages from the trash, the longest deleted first, until `size` octets fit.
    ///
    /// - Throws: `.overQuota`, with nothing deleted, where even an empty trash would not do.
    func makeRoom(for size: Int64, quota: ByteCount) throws {
        guard octets + size > Int64(quota.octets) else { return }
        let trashed =
            try database.first(
                "SELECT COALESCE(SUM(size), 0) FROM messages WHERE account = $1 AND trashed IS NOT NULL", me
            ) { $0.integer(0) } ?? 0
        guard octets - trashed + size <= Int64(quota.octets) else {
            throw StoreError.overQuota(used: Int(octets), limit: quota.octets)
        }
        while octets + size > Int64(quota.octets) {
            let oldest = try mailbox.oldestTrash(before: .max, limit: 100)
            guard !oldest.isEmpty else { throw StoreError.overQuota(used: Int(octets), limit: quota.octets) }
            for row in oldest where octets + size > Int64(quota.octets) { try remove([row]) }
        }
    }
}
