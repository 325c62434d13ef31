internal import Mail
internal import SQL

/// A folder's UIDs in memory, and the state of the folder that they are of.
struct CachedUIDs {
    var list: UIDList
    var highest: Int64
    var uidNext: Int64
    var forgotten: Int64
}

extension Mailbox {
    /// Folders whose UIDs stay in memory.
    private static let cachedFolders = 20

    /// The folder's UIDs: read once, then brought up to date by what came and went, also by other processes.
    func uids(in folder: FolderID) throws -> UIDList {
        try database.snapshot {
            let state = try database.first(
                "SELECT highest, uid_next, forgotten FROM folders WHERE account = $1 AND folder = $2", me, .integer(folder.value)
            ) { row in (highest: row.integer(0), uidNext: row.integer(1), forgotten: row.integer(2)) }
            guard let state else { throw StoreError.noSuchFolder }
            var cached = uidLists.removeValue(forKey: folder)
            if let known = cached, known.highest < state.forgotten || known.highest > state.highest { cached = nil }
            var fresh = cached ?? CachedUIDs(list: UIDList(), highest: state.highest, uidNext: 1, forgotten: state.forgotten)
            if cached != nil, fresh.highest != state.highest { fresh.list.remove(try expunged(in: folder, since: fresh.highest)) }
            try appendUIDs(to: &fresh, in: folder)
            fresh.highest = state.highest
            fresh.uidNext = state.uidNext
            if uidLists.count >= Self.cachedFolders { uidLists.removeAll() }
            uidLists[folder] = fresh
            return fresh.list
        }
    }

    private func appendUIDs(to cached: inout CachedUIDs, in folder: FolderID) throws {
        var list = cached.list
        cached.list = UIDList()
        try database.forEach(
            "SELECT uid FROM messages WHERE account = $1 AND folder = $2 AND uid >= $3 ORDER BY uid", me, .integer(folder.value),
            .integer(cached.uidNext)
        ) { row in list.append(UID(UInt32(truncatingIfNeeded: row.integer(0)))) }
        cached.list = list
    }

    func expunged(in folder: FolderID, since modSequence: Int64) throws -> UIDSet {
        UIDSet(
            try database.all(
                "SELECT uid FROM expunged WHERE account = $1 AND folder = $2 AND modseq > $3", me, .integer(folder.value),
                .integer(modSequence)
            ) { row in UID(UInt32(truncatingIfNeeded: row.integer(0))) })
    }
}
