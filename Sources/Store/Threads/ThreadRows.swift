internal import MIME
internal import SQL

/// Threads are found by References and In-Reply-To first, then by the base subject (F34).
extension Transaction {
    /// A subject draws a message into a thread that had one of this subject so lately, in seconds.
    private static let subjectWindow: Int64 = 90 * 86_400
    /// References of one message that are looked at, the nearest ancestors.
    private static let references = 50

    /// The thread that a new message belongs to; threads that it connects become one.
    func thread(for summary: MessageSummary, number: Int64, received: Int64) throws -> Int64 {
        let identifiers = Self.identifiers(summary)
        let known = try identifiers.compactMap { identifier in
            try database.first(
                "SELECT thread FROM thread_identifiers WHERE account = $1 AND identifier = $2", me, .integer(identifier)
            ) { row in row.integer(0) }
        }
        let subject = summary.baseSubject.isEmpty ? nil : Digest64.of(SortKey.fold(summary.baseSubject))
        let thread = try known.min() ?? subject.flatMap { try lateThread(ofSubject: $0, before: received) } ?? number
        for other in Set(known) where other != thread { try join(other, into: thread) }
        for identifier in identifiers {
            try database.run(
                """
                INSERT INTO thread_identifiers (account, identifier, thread) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
                """, me, .integer(identifier), .integer(thread))
        }
        if let subject {
            try database.run(
                """
                INSERT INTO thread_subjects (account, subject, thread, latest) VALUES ($1, $2, $3, $4)
                ON CONFLICT (account, subject) DO UPDATE SET thread = excluded.thread, latest = excluded.latest
                """, me, .integer(subject), .integer(thread), .integer(received))
        }
        return thread
    }

    private static func identifiers(_ summary: MessageSummary) -> [Int64] {
        let names =
            [summary.messageID].compactMap(\.self) + summary.inReplyTo.prefix(references) + summary.references.suffix(references)
        var seen: Set<Int64> = []
        return names.map { Digest64.of($0) }.filter { seen.insert($0).inserted }
    }

    private func lateThread(ofSubject subject: Int64, before received: Int64) throws -> Int64? {
        try database.first(
            "SELECT thread FROM thread_subjects WHERE account = $1 AND subject = $2 AND latest > $3", me, .integer(subject),
            .integer(received - Self.subjectWindow)
        ) { row in row.integer(0) }
    }

    private func join(_ thread: Int64, into other: Int64) throws {
        let rows = try database.all(
            "SELECT folder, uid FROM messages WHERE account = $1 AND thread = $2 LIMIT $3", me, .integer(thread),
            .number(StoreLimits.joinedThread + 1)
        ) { row in (FolderID(row.integer(0)), row.integer(1)) }
        guard rows.count <= StoreLimits.joinedThread else { return }
        for (folder, uid) in rows {
            try database.run(
                "UPDATE messages SET thread = $4 WHERE account = $1 AND folder = $2 AND uid = $3", me, .integer(folder.value),
                .integer(uid), .integer(other))
            recount(thread: thread, in: folder)
            recount(thread: other, in: folder)
        }
        for table in ["thread_identifiers", "thread_subjects"] {
            try database.run(
                "UPDATE \(table) SET thread = $3 WHERE account = $1 AND thread = $2", me, .integer(thread), .integer(other))
        }
    }
}

/// 64 bits of a text for tables that only ask whether it is the same: FNV-1a, finished by a mixer.
enum Digest64 {
    static func of(_ text: String) -> Int64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for octet in text.utf8 { hash = (hash ^ UInt64(octet)) &* 0x0000_0100_0000_01b3 }
        hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ hash >> 33) &* 0xc4ce_b9fe_1a85_ec53
        return Int64(bitPattern: hash ^ hash >> 33)
    }
}
