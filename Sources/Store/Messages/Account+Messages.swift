package import Mail
package import NIOCore
internal import SQL

extension Account {
    /// What SELECT answers of the folder at `path`, all of one state and in one turn of the account; nil where there is none. The
    /// same cost for a folder of any size.
    ///
    /// - Parameter claimRecent: whether this session takes what is recent (SELECT), or only looks (EXAMINE).
    package func openFolder(at path: FolderPath, claimRecent: Bool) throws(StoreError) -> OpenedFolder? {
        try perform { mailbox in
            let opened = try mailbox.database.snapshot { () -> OpenedFolder? in
                guard let folder = try mailbox.folder(at: path) else { return nil }
                return OpenedFolder(
                    folder: folder, recentFrom: try mailbox.recent(in: folder.id), tags: try mailbox.tags().map(\.tag),
                    firstUnseen: try mailbox.numberOfFirstUnseen(in: folder))
            }
            if claimRecent, let opened { try mailbox.claimRecent(opened.folder, from: opened.recentFrom) }
            return opened
        }
    }

    /// The folder with its counters, and what is recent: UIDs from `recentFrom` on were given to no session before. The same
    /// cost for a folder of any size.
    ///
    /// - Parameter claimRecent: whether this session takes them (SELECT), or only looks (EXAMINE).
    /// - Throws: `.noSuchFolder`.
    package func select(_ id: FolderID, claimRecent: Bool) throws(StoreError) -> (folder: Folder, recentFrom: UID) {
        try perform { mailbox in
            let folder = try mailbox.existingFolder(id)
            let recent = try mailbox.recent(in: id)
            if claimRecent { try mailbox.claimRecent(folder, from: recent) }
            return (folder, recent)
        }
    }

    /// - Throws: `.noSuchFolder`.
    package func uids(in folder: FolderID) throws(StoreError) -> UIDList { try perform { try $0.uids(in: folder) } }

    /// In ascending order of UID; those that are gone are left out.
    package func flags(in folder: FolderID, uids: UIDSet, limit: Int = .max) throws(StoreError) -> [MessageFlags] {
        try reading { mailbox in
            var result: [MessageFlags] = []
            try mailbox.forEachRow(in: folder, uids: uids, fields: [], changedSince: nil, limit: limit) { row in
                result.append(row.messageFlags)
            }
            return result
        }
    }

    /// In ascending order of UID; those that are gone, or have not changed since `changedSince`, are left out. The caller asks
    /// in batches.
    package func metadata(
        in folder: FolderID, uids: UIDSet, fields: MetadataFields = [], changedSince: ModSequence? = nil, limit: Int = 500
    ) throws(StoreError) -> [MessageMetadata] {
        try reading { mailbox in
            var result: [MessageMetadata] = []
            let fields = fields.union(.details)
            try mailbox.forEachRow(in: folder, uids: uids, fields: fields, changedSince: changedSince, limit: limit) { row in
                result.append(row.metadata)
            }
            return result
        }
    }

    /// The fastest way to answer a FETCH: `write` gets each row in ascending order of UID and writes into the buffer, on the
    /// account's lane. It ends after the row that took the buffer to `octets`, and before one that `write` refuses or fails at:
    /// what that wrote is taken back.
    ///
    /// - Parameter write: answers whether it wrote the row.
    /// - Throws: what `write` threw at the first row.
    package func write(
        _ folder: FolderID, uids: UIDSet, fields: MetadataFields = [], changedSince: ModSequence? = nil, into buffer: ByteBuffer,
        octets: Int = 1 << 18, _ write: @Sendable (borrowing MetadataRow, inout ByteBuffer) throws -> Bool
    ) throws(StoreError) -> WrittenRows {
        struct Enough: Error {}
        return try reading { mailbox in
            var buffer = buffer
            // So much is to come; growing by steps would copy it again and again.
            if fields.contains(.content), uids.count > 1 { buffer.reserveCapacity(octets) }
            var (last, refused): (UID?, UID?) = (nil, nil)
            do {
                try mailbox.withIndexAsItIs(isNeeded: fields.contains(.keptFields)) {
                    try mailbox.forEachRow(
                        in: folder, uids: uids, fields: fields, changedSince: changedSince, limit: .max
                    ) { row in
                        let start = buffer.writerIndex
                        let isWritten: Bool
                        do { isWritten = try write(row, &buffer) } catch {
                            buffer.moveWriterIndex(to: start)
                            // What came before it is answered first.
                            throw last == nil ? error : Enough() as any Error
                        }
                        guard isWritten else {
                            buffer.moveWriterIndex(to: start)
                            refused = row.uid
                            throw Enough()
                        }
                        last = row.uid
                        if buffer.readableBytes >= octets { throw Enough() }
                    }
                }
            } catch is Enough {}
            return WrittenRows(buffer: buffer, last: last, refused: refused)
        }
    }

    /// What came, went and changed in a folder, in one state of the database (CONDSTORE, QRESYNC, a session's updates).
    ///
    /// - Throws: `.noSuchFolder`.
    package func changes(in id: FolderID, since: ModSequence) throws(StoreError) -> FolderChanges {
        try reading { try $0.changes(in: id, since: since) }
    }

    /// - Throws: `.noSuchMessage`; `.damaged` where its file is not there.
    package func content(in folder: FolderID, uid: UID) throws(StoreError) -> MessageContent {
        try reading { mailbox in
            guard let row = try mailbox.rows(in: folder, [uid]).first else { throw StoreError.noSuchMessage }
            return try mailbox.content(of: row, on: shared.threads)
        }
    }

    /// - Throws: `.noSuchMessage`; `.damaged` where its file is not there.
    package func content(of message: MessageID) throws(StoreError) -> MessageContent {
        try reading { mailbox in
            guard let row = try mailbox.row(of: message) else { throw StoreError.noSuchMessage }
            return try mailbox.content(of: row, on: shared.threads)
        }
    }
}

/// A folder as a session that selects it wants it.
package struct OpenedFolder: Sendable {
    package let folder: Folder
    /// UIDs from here on were given to no session before.
    package let recentFrom: UID
    /// All that the account knows.
    package let tags: [Tag]
    /// Which message is the first without \Seen, counted in order of UID from 1; nil where there is none, or where it would have
    /// to be sought for long (`StoreLimits.soughtUnseen`).
    package let firstUnseen: Int?
}

extension Mailbox {
    fileprivate func recent(in folder: FolderID) throws -> UID {
        let recent = try database.first(
            "SELECT uid_recent FROM folders WHERE account = $1 AND folder = $2", me, .integer(folder.value)
        ) { $0.integer(0) }
        return UID(UInt32(truncatingIfNeeded: recent ?? 1))
    }

    fileprivate func claimRecent(_ folder: Folder, from recent: UID) throws {
        guard recent < folder.uidNext else { return }
        try change(durable: false) { _ in
            _ = try database.run(
                "UPDATE folders SET uid_recent = $3 WHERE account = $1 AND folder = $2", me, .integer(folder.id.value),
                .number(folder.uidNext.value))
        }
    }

    func changes(in id: FolderID, since: ModSequence) throws -> FolderChanges {
        let folder = try existingFolder(id)
        let key: [SQLValue] = [me, .integer(id.value)]
        let forgotten =
            try database.first("SELECT forgotten FROM folders WHERE account = $1 AND folder = $2", values: key) {
                $0.integer(0)
            }
            ?? 0
        let last = try database.first("SELECT last_number FROM accounts WHERE account = $1", me) { $0.integer(0) } ?? 0
        let changed = try database.all(
            """
            SELECT uid, modseq, flags, tags FROM messages WHERE account = $1 AND folder = $2 AND modseq > $3
            """, values: key + [.integer(Int64(since.value))]
        ) { row in MetadataRow(row.again(), fields: []).messageFlags }
        return FolderChanges(
            expunged: try expunged(in: id, since: Int64(since.value)), expungesForgotten: Int64(since.value) < forgotten,
            changed: changed.sorted { $0.uid < $1.uid }, folder: folder, highestOfAccount: ModSequence(UInt64(last)))
    }
}
