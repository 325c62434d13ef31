internal import Logging
internal import SQL

/// Counters run within blocks that are on disk before a number of theirs is used, so that no number is shown to anybody and then
/// given again after a power cut.
enum Reservation {
    /// Message numbers and mod-sequences of a block.
    static let numbers: Int64 = 4_096
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
            for blob in lost {
                try database.run("DELETE FROM deliveries WHERE account = $1 AND message = $2", me, .integer(blob))
            }
            try database.run("UPDATE accounts SET boot = $2 WHERE account = $1", me, .text(options.bootID))
        }
        guard !lost.isEmpty else { return }
        logger.notice(
            "messages that a stop of the machine caught before they were flushed are taken back",
            metadata: ["account": "\(id)", "messages": "\(lost.count)"])
    }

    private func newestMessagesWithoutFile() throws -> [Int64] {
        let newest = try database.all(
            "SELECT blob, file, size FROM blobs WHERE account = $1 ORDER BY blob DESC LIMIT 1000", me
        ) { row in (blob: row.integer(0), file: row.octets(1), size: Int(row.integer(2))) }
        return newest.filter { !isWhole($0.file, size: $0.size) }.map(\.blob)
    }

    /// Whether the file is there, as long as it was, and neither end is the zeros of a block that was never written.
    private func isWhole(_ file: [UInt8], size: Int) -> Bool {
        guard let name = BlobName(octets: file), files.size(paths.file(name)) == size else { return false }
        guard let ends = try? files.ends(of: paths.file(name), size: size, length: 16) else { return false }
        return !ends.contains { !$0.isEmpty && $0.allSatisfy { $0 == 0 } }
    }
}
