internal import Mail
internal import SQL

extension Mailbox {
    /// Compares the database's rows with each other and with the files. Reads every row and looks at every file's size; changes
    /// nothing.
    func check() throws -> [Finding] {
        try database.snapshot { try checkFiles() + checkLinks() + checkFolders() + checkThreads() + checkAccount() }
    }

    private func checkFiles() throws -> [Finding] {
        var findings: [Finding] = []
        var known: Set<[UInt8]> = []
        try database.forEach("SELECT file, size FROM blobs WHERE account = $1", me) { row in
            guard let name = BlobName(octets: row.octets(0)) else { return }
            known.insert(name.octets)
            guard let size = files.size(paths.file(name)) else {
                return findings.append(Finding(kind: .fileMissing, detail: "\(name.hex).eml is not there", isSerious: true))
            }
            guard size != Int(row.integer(1)) else { return }
            let detail = "\(name.hex).eml has \(size) octets, its row says \(row.integer(1))"
            findings.append(Finding(kind: .fileSize, detail: detail, isSerious: true))
        }
        let doomed = try Set(database.all("SELECT file FROM doomed_files WHERE account = $1", me) { $0.octets(0) })
        for name in filesOnDisk() where !known.contains(name.octets) && !doomed.contains(name.octets) {
            findings.append(Finding(kind: .fileUnknown, detail: "\(name.hex).eml has no row", isSerious: false))
        }
        return findings
    }

    /// In the order in which they were written.
    func filesOnDisk() -> [BlobName] {
        files.entries(paths.messages).flatMap { files.entries("\(paths.messages)/\($0)") }
            .compactMap { BlobName(fileName: $0) }.sorted { $0.hex < $1.hex }
    }

    private func checkLinks() throws -> [Finding] {
        try database.all(
            """
            SELECT b.blob, b.links, (SELECT COUNT(*) FROM messages m WHERE m.account = b.account AND m.blob = b.blob) AS counted
            FROM blobs b WHERE b.account = $1
                AND b.links <> (SELECT COUNT(*) FROM messages m WHERE m.account = b.account AND m.blob = b.blob)
            """, me
        ) { row in
            let detail = "blob \(row.integer(0)) says \(row.integer(1)) messages, there are \(row.integer(2))"
            return Finding(kind: .counter, detail: detail, isSerious: false)
        }
    }

    private func checkFolders() throws -> [Finding] {
        try database.all(
            """
            SELECT f.name, f.messages, f.unseen, f.deleted, f.octets, COUNT(m.uid), COALESCE(SUM(m.unseen), 0),
                COALESCE(SUM(m.flags / 8 % 2), 0), COALESCE(SUM(m.size), 0), f.uid_next, COALESCE(MAX(m.uid), 0), f.highest,
                COALESCE(MAX(m.modseq), 0)
            FROM folders f LEFT JOIN messages m ON m.account = f.account AND m.folder = f.folder
            WHERE f.account = $1 GROUP BY f.folder
            """, me
        ) { row -> [Finding] in
            let name = row.text(0)
            var findings: [Finding] = []
            for (column, word) in ["messages", "unseen", "deleted", "octets"].enumerated()
            where row.integer(column + 1) != row.integer(column + 5) {
                let detail = "\(name): \(word) says \(row.integer(column + 1)), counted \(row.integer(column + 5))"
                findings.append(Finding(kind: .counter, detail: detail, isSerious: false))
            }
            if row.integer(10) >= row.integer(9) || row.integer(12) > row.integer(11) {
                findings.append(Finding(kind: .counter, detail: "\(name): a counter is behind its messages", isSerious: true))
            }
            return findings
        }.flatMap(\.self)
    }

    private func checkThreads() throws -> [Finding] {
        let stored = try threadRows("SELECT folder, thread, messages, unread, latest FROM folder_threads WHERE account = $1")
        let counted = try threadRows(
            """
            SELECT folder, thread, COUNT(*), SUM(unseen), MAX(received) FROM messages WHERE account = $1
            GROUP BY folder, thread
            """)
        guard stored != counted else { return [] }
        let detail = "\(stored.symmetricDifference(counted).count) rows of threads differ from their messages"
        return [Finding(kind: .counter, detail: detail, isSerious: false)]
    }

    private func threadRows(_ sql: String) throws -> Set<[Int64]> {
        try Set(database.all(sql, me) { row in (0..<5).map { row.integer($0) } })
    }

    private func checkAccount() throws -> [Finding] {
        let differs = try database.first(
            """
            SELECT octets, messages, (SELECT COALESCE(SUM(size), 0) FROM messages WHERE account = $1),
                (SELECT COUNT(*) FROM messages WHERE account = $1), last_number, reserved_number
            FROM accounts WHERE account = $1
            """, me
        ) { row in
            row.integer(0) != row.integer(2) || row.integer(1) != row.integer(3) || row.integer(4) > row.integer(5)
        }
        guard differs != false else { return [] }
        return [Finding(kind: .counter, detail: "the account's counters differ from its messages", isSerious: false)]
    }
}
