internal import Mail
internal import SQL

/// A change of flags that touches no tags: some are kept, and some are added, whichever a message has. One statement then changes
/// any number of messages.
struct FlagMasks {
    let kept: SystemFlags
    let added: SystemFlags

    /// Whether it leaves \Seen as it is.
    var leavesSeen: Bool { kept.contains(.seen) && !added.contains(.seen) }

    func applied(to flags: SystemFlags) -> SystemFlags { flags.intersection(kept).union(added) }
}

extension FlagChange {
    /// Nil where tags may change too.
    var masks: FlagMasks? {
        guard tags.isEmpty else { return nil }
        return switch mode {
        case .add: FlagMasks(kept: SystemFlags(rawValue: .max), added: flags)
        case .remove: FlagMasks(kept: SystemFlags(rawValue: ~flags.rawValue), added: [])
        case .replace: nil
        }
    }
}

extension Transaction {
    /// What becomes of a folder's counters.
    private struct Differences {
        var unseen: Int64 = 0
        var deleted: Int64 = 0
        /// Of each thread's unread messages.
        var unread: [Int64: Int64] = [:]
        /// The mod-sequence of what changes; nil where nothing does.
        var number: Int64?

        mutating func count(_ before: SystemFlags, _ after: SystemFlags, thread: Int64) {
            deleted += (after.contains(.deleted) ? 1 : 0) - (before.contains(.deleted) ? 1 : 0)
            let seen: Int64 = (after.contains(.seen) ? 1 : 0) - (before.contains(.seen) ? 1 : 0)
            guard seen != 0 else { return }
            unseen -= seen
            unread[thread, default: 0] -= seen
        }
    }

    func setFlags(
        _ masks: FlagMasks, in folder: FolderID, _ uids: UIDSet, unchangedSince limit: Int64
    ) throws -> (messages: [MessageFlags], modified: [UID]) {
        var messages: [MessageFlags] = []
        var modified: [UID] = []
        var differences = Differences()
        for range in uids.ranges {
            try database.forEach(
                """
                SELECT uid, modseq, flags, tags, thread FROM messages
                WHERE account = $1 AND folder = $2 AND uid BETWEEN $3 AND $4 ORDER BY uid
                """, me, .integer(folder.value), .number(range.lowerBound), .number(range.upperBound)
            ) { row in
                let uid = UID(UInt32(truncatingIfNeeded: row.integer(0)))
                var modSequence = row.integer(1)
                guard modSequence <= limit else { return modified.append(uid) }
                let before = SystemFlags(rawValue: UInt8(truncatingIfNeeded: row.integer(2)))
                let after = masks.applied(to: before)
                if after != before {
                    modSequence = try differences.number ?? nextNumber()
                    differences.number = modSequence
                    differences.count(before, after, thread: row.integer(4))
                }
                messages.append(
                    MessageFlags(
                        uid: uid, modSequence: ModSequence(UInt64(modSequence)), flags: after,
                        tags: TagColumn.read(row.optionalText(3))))
            }
        }
        if let number = differences.number {
            for range in uids.ranges { try write(masks, in: folder, range, unchangedSince: limit, number) }
            try apply(differences, number, in: folder)
        }
        return (messages, modified)
    }

    /// - Parameter number: above every mod-sequence there is, so that a message is changed once.
    private func write(
        _ masks: FlagMasks, in folder: FolderID, _ range: ClosedRange<UInt32>, unchangedSince limit: Int64, _ number: Int64
    ) throws {
        let unseen = masks.leavesSeen ? "" : "unseen = 1 - (flags & $5 | $6) % 2, "
        // The sign keeps the planner from an index by mod-sequence.
        try database.run(
            """
            UPDATE messages SET flags = flags & $5 | $6, \(unseen)modseq = $7
            WHERE account = $1 AND folder = $2 AND uid BETWEEN $3 AND $4 AND +modseq <= $8 AND flags <> (flags & $5 | $6)
            """, me, .integer(folder.value), .number(range.lowerBound), .number(range.upperBound), .number(masks.kept.rawValue),
            .number(masks.added.rawValue), .integer(number), .integer(limit))
    }

    private func apply(_ differences: Differences, _ number: Int64, in folder: FolderID) throws {
        try touch(folder, number)
        try countFlags(unseen: differences.unseen, deleted: differences.deleted, in: folder)
        for (thread, unread) in differences.unread where unread != 0 {
            try database.run(
                "UPDATE folder_threads SET unread = unread + $4 WHERE account = $1 AND folder = $2 AND thread = $3", me,
                .integer(folder.value), .integer(thread), .integer(unread))
        }
    }
}
