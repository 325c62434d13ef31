internal import Logging
internal import Mail
internal import SQL

extension Transaction {
    /// Removes messages: their UIDs are remembered, their files doomed where no other message shares them.
    ///
    /// - Parameter forgetsFiles: the files are not there (any more).
    func remove(_ rows: [MessageRow], forgetsFiles: Bool = false) throws {
        guard !rows.isEmpty else { return }
        for row in rows {
            let number = try nextNumber()
            try removeFromFolder(row, number)
            try database.run("DELETE FROM comments WHERE account = $1 AND message = $2", me, .integer(row.message))
            try unlink(row.blob, forgetsFile: forgetsFiles)
            countInAccount(-1, size: row.size)
        }
    }

    /// Takes a message out of its folder, as a removal or a move does.
    func removeFromFolder(_ row: MessageRow, _ number: Int64) throws {
        let place: [SQLValue] = [me, .integer(row.folder.value), .number(row.uid.value)]
        try database.run("DELETE FROM messages WHERE account = $1 AND folder = $2 AND uid = $3", values: place)
        for tag in row.tagList {
            try database.run(
                "DELETE FROM message_tags WHERE account = $1 AND folder = $2 AND uid = $3 AND tag = $4",
                values: place + [.text(tag.name)])
        }
        try database.run(
            "INSERT INTO expunged (account, folder, uid, modseq) VALUES ($1, $2, $3, $4)", values: place + [.integer(number)])
        try count(-1, in: row.folder, flags: row.flags, size: row.size)
        try touch(row.folder, number)
        recount(thread: row.thread, in: row.folder)
    }

    private func unlink(_ blob: Int64, forgetsFile: Bool) throws {
        let found = try database.first(
            "SELECT links, file FROM blobs WHERE account = $1 AND blob = $2", me, .integer(blob)
        ) { row in (row.integer(0), row.buffer(1)) }
        guard let (links, file) = found else { return }
        guard links <= 1 else {
            try database.run(
                "UPDATE blobs SET links = $3 WHERE account = $1 AND blob = $2", me, .integer(blob), .integer(links - 1))
            return
        }
        for table in ["blobs", "summaries", "attachments"] {
            try database.run("DELETE FROM \(table) WHERE account = $1 AND blob = $2", me, .integer(blob))
        }
        guard !forgetsFile else { return }
        try database.run(
            "INSERT INTO doomed_files (account, file) VALUES ($1, $2) ON CONFLICT DO NOTHING", me, .octets(file))
    }
}

extension Mailbox {
    /// Unlinks the files of removed messages. Their rows' removal must be on disk: a row without its file is a lost message,
    /// a file without a row costs only space.
    func unlinkDoomed() throws {
        let doomed = try database.all("SELECT file FROM doomed_files WHERE account = $1", me) { row in row.octets(0) }
        guard !doomed.isEmpty else { return }
        for name in doomed.compactMap({ BlobName(octets: $0) }) { try files.remove(paths.file(name)) }
        try change(durable: false) { _ in
            for file in doomed {
                try database.run("DELETE FROM doomed_files WHERE account = $1 AND file = $2", me, .octets(file))
            }
        }
    }

    /// Runs a change that removes messages, on disk when it returns, and unlinks their files.
    func removing<Result>(_ body: (Transaction) throws -> Result) throws -> Result {
        let result = try change(durable: true, body)
        unlinkOrLeaveDoomed()
        return result
    }

    /// The removal stands; files that stay are doomed still, and go with the next ones.
    func unlinkOrLeaveDoomed() {
        do { try unlinkDoomed() } catch {
            logger.warning("files of removed messages stay for now", metadata: ["account": "\(id)", "error": "\(error)"])
        }
    }

    /// Forgets the oldest expunges of a folder beyond `StoreLimits.rememberedExpunges`.
    func forgetOldExpunges(in folder: FolderID) throws {
        let floor = try database.first(
            "SELECT modseq FROM expunged WHERE account = $1 AND folder = $2 ORDER BY modseq DESC LIMIT 1 OFFSET $3", me,
            .integer(folder.value), .number(StoreLimits.rememberedExpunges)
        ) { row in row.integer(0) }
        guard let floor else { return }
        try change(durable: false) { _ in
            try database.run(
                "DELETE FROM expunged WHERE account = $1 AND folder = $2 AND modseq <= $3", me, .integer(folder.value),
                .integer(floor))
            try database.run(
                "UPDATE folders SET forgotten = $3 WHERE account = $1 AND folder = $2", me, .integer(folder.value),
                .integer(floor))
        }
    }
}
