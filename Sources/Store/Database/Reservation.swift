internal import Logging
internal import SQL

/// Counters run within blocks that are on disk before a number of theirs is used, so that no number is shown to anybody and then
/// given again after a power cut.
enum Reservation {
    /// Message numbers and mod-sequences of a block. There are more of them than anybody uses up, and each block costs a flush of all
    /// that is in the log.
    static let numbers: Int64 = 65_536
    /// UIDs of a block in each folder.
    static let uids: Int64 = 256

    /// A block is used up; the transaction is undone and begins again with a new one.
    struct Exhausted: Error {
        /// Nil for numbers.
        let folder: FolderID?
    }
}

extension Mailbox {
    /// Puts a new block on disk.
    ///
    /// - Parameter demand: how many blocks' worth.
    func reserve(for exhausted: Reservation.Exhausted, demand: Int64) throws {
        _ = try durably {
            try database.transaction {
                if let folder = exhausted.folder {
                    try database.run(
                        "UPDATE folders SET uid_reserved = uid_next + $3 WHERE account = $1 AND folder = $2", me,
                        .integer(folder.value), .integer(Reservation.uids * demand))
                } else {
                    try database.run(
                        "UPDATE accounts SET reserved_number = last_number + $2 WHERE account = $1", me,
                        .integer(Reservation.numbers * demand))
                }
            }
        }
    }

    /// After a start of the machine what was not flushed may be lost: the rest of each block is skipped, and the newest messages
    /// whose files did not reach the disk are taken back, with their delivery ids, so that the spool delivers them again.
    func settleAfterBoot() throws {
        let boot = try database.first("SELECT boot FROM accounts WHERE account = $1", me) { row in row.text(0) }
        guard boot != options.bootID else { return }
        let lost = try newestMessagesWithoutFile()
        try change(durable: true) { transaction in
            try database.run("UPDATE folders SET uid_next = uid_reserved WHERE account = $1", me)
            try transaction.skipReserved()
            try transaction.remove(lost.flatMap { try rows(ofBlob: $0) }, forgetsFiles: true)
            try forgetDeliveries(of: Set(lost))
            try database.run("UPDATE accounts SET boot = $2 WHERE account = $1", me, .text(options.bootID))
        }
        guard !lost.isEmpty else { return }
        logger.notice(
            "messages that a stop of the machine caught before they were flushed are taken back",
            metadata: ["account": "\(id)", "messages": "\(lost.count)"])
    }

    /// From the newest back, until all files of a page are there. Those that are older than any flush takes are not asked for:
    /// where such a file is missing, something else is wrong, and `store check` tells of it.
    private func newestMessagesWithoutFile() throws -> [Int64] {
        var lost: [Int64] = []
        var oldest = Int64.max
        var since: Int64?
        while true {
            let page = try database.all(
                "SELECT blob, file, size FROM blobs WHERE account = $1 AND blob < $2 ORDER BY blob DESC LIMIT $3", me,
                .integer(oldest), .integer(Int64(Self.filesLookedAt))
            ) { row in (blob: row.integer(0), name: BlobName(octets: row.octets(1)), size: Int(row.integer(2))) }
            guard let newest = page.first, let last = page.last else { return lost }
            let start = since ?? (newest.name?.seconds ?? 0) - Self.longestFlush
            since = start
            let missing = page.filter { row in
                guard let name = row.name, name.seconds >= start else { return false }
                return !files.isWritten(paths.file(name), size: row.size)
            }
            guard !missing.isEmpty else { return lost }
            lost += missing.map(\.blob)
            oldest = last.blob
        }
    }

    /// Files of a page. What was not flushed when the machine stopped is among the newest, and seldom more than a few.
    private static let filesLookedAt = 1_000
    /// Seconds: what was written longer ago is on the disk, or its flush has failed.
    static let longestFlush: Int64 = 3_600

    private func forgetDeliveries(of messages: Set<Int64>) throws {
        guard let oldest = messages.min() else { return }
        let deliveries = try database.all(
            "SELECT delivery, message FROM deliveries WHERE account = $1 AND message >= $2", me, .integer(oldest)
        ) { row in (delivery: row.octets(0), message: row.integer(1)) }
        for row in deliveries where messages.contains(row.message) {
            try database.run("DELETE FROM deliveries WHERE account = $1 AND delivery = $2", me, .octets(row.delivery))
        }
    }
}
