internal import Mail
internal import SQL

extension Mailbox {
    /// Which of the folder's messages, counted in order of UID from 1, is the first without \Seen (RFC 3501 §7.1).
    ///
    /// The cost does not grow with the folder: at most `StoreLimits.soughtUnseen` messages are looked at three times.
    ///
    /// - Parameter folder: as it is in the transaction that is open.
    /// - Returns: nil where there is none, or where it would have to be sought for long.
    func numberOfFirstUnseen(in folder: Folder) throws -> Int? {
        guard folder.unseen > 0 else { return nil }
        if folder.unseen == folder.messages { return 1 }
        return folder.unseen <= StoreLimits.soughtUnseen ? try firstUnseen(of: folder) : nil
    }

    private func firstUnseen(of folder: Folder) throws -> Int? {
        // In the order of the index of unseen messages, which holds no others.
        let lowest = try database.first(
            """
            SELECT MIN(uid) FROM (
                SELECT uid FROM messages WHERE account = $1 AND folder = $2 AND unseen = 1 ORDER BY received, uid LIMIT $3)
            """, me, .integer(folder.id.value), .number(StoreLimits.soughtUnseen)
        ) { $0.optionalInteger(0) }
        guard let uid = lowest ?? nil else { return nil }
        // New mail stands at the end, so that it is mostly found from there.
        if let fromThere = try count(in: folder.id, "uid >= $3", uid) { return folder.messages - fromThere + 1 }
        return try count(in: folder.id, "uid < $3", uid).map { $0 + 1 }
    }

    /// Nil where there are more than are counted.
    private func count(in folder: FolderID, _ condition: String, _ uid: Int64) throws -> Int? {
        let found = try database.first(
            "SELECT COUNT(*) FROM (SELECT uid FROM messages WHERE account = $1 AND folder = $2 AND \(condition) LIMIT $4)", me,
            .integer(folder.value), .integer(uid), .number(StoreLimits.soughtUnseen + 1)
        ) { Int($0.integer(0)) }
        return found.flatMap { $0 <= StoreLimits.soughtUnseen ? $0 : nil }
    }
}
