internal import Mail
internal import SQL

/// A change of an account while its transaction is open: the counters as they were read from the database, written back once
/// at the end.
final class Transaction {
    let mailbox: Mailbox
    var database: Connection { mailbox.database }
    var me: SQLValue { mailbox.me }
    let now: Int64

    private var lastNumber: Int64
    private let firstNumber: Int64
    private var reservedNumber: Int64
    private var lastUIDValidity: Int64
    private(set) var octets: Int64
    private(set) var messages: Int64
    private var folders: [FolderID: FolderCounters] = [:]
    /// Threads of folders whose rows are worked out again at the end.
    private var stale: Set<FolderThread> = []

    struct FolderThread: Hashable {
        let folder: FolderID
        let thread: Int64
    }

    init(_ mailbox: Mailbox) throws {
        self.mailbox = mailbox
        now = mailbox.options.now()
        let counters = try mailbox.database.first(
            """
            SELECT last_number, reserved_number, last_uid_validity, octets, messages FROM accounts WHERE account = $1
            """, mailbox.me
        ) { row in (0..<5).map { row.integer($0) } }
        guard let counters else { throw StoreError.damaged(cause: "the account has no row") }
        (lastNumber, reservedNumber, lastUIDValidity) = (counters[0], counters[1], counters[2])
        (octets, messages) = (counters[3], counters[4])
        firstNumber = lastNumber
    }

    /// The next number or mod-sequence.
    func nextNumber() throws -> Int64 {
        guard lastNumber < reservedNumber else { throw Reservation.Exhausted(folder: nil) }
        lastNumber += 1
        return lastNumber
    }

    /// The account's highest mod-sequence as the transaction found it, and as it is by now.
    var before: ModSequence { ModSequence(UInt64(firstNumber)) }
    var after: ModSequence { ModSequence(UInt64(lastNumber)) }

    func skipReserved() throws {
        lastNumber = reservedNumber
        reservedNumber += Reservation.numbers
        try database.run("UPDATE folders SET uid_reserved = uid_next + $2 WHERE account = $1", me, .integer(Reservation.uids))
        try database.run("UPDATE accounts SET reserved_number = $2 WHERE account = $1", me, .integer(reservedNumber))
    }

    /// The next UID of a folder.
    func nextUID(in id: FolderID) throws -> UID {
        var counters = try counters(of: id)
        guard counters.uidNext < counters.uidReserved else { throw Reservation.Exhausted(folder: id) }
        guard let uid = UInt32(exactly: counters.uidNext) else { throw StoreError.tooMany("uids") }
        counters.uidNext += 1
        folders[id] = counters
        return UID(uid)
    }

    func uidValidity(of id: FolderID) throws -> UIDValidity { UIDValidity(try counters(of: id).uidValidity) }

    /// Above every one that the account ever had.
    func nextUIDValidity() throws -> Int64 {
        lastUIDValidity = max(lastUIDValidity + 1, now)
        try database.run("UPDATE accounts SET last_uid_validity = $2 WHERE account = $1", me, .integer(lastUIDValidity))
        return lastUIDValidity
    }

    func use(of id: FolderID) throws -> SpecialUse? { try counters(of: id).use }

    /// Notes that a folder changed under `number`.
    func touch(_ id: FolderID, _ number: Int64) throws {
        var counters = try counters(of: id)
        counters.highest = max(counters.highest, number)
        counters.isDirty = true
        folders[id] = counters
    }

    /// Counts a message in (`sign` 1) or out (-1).
    func count(_ sign: Int64, in id: FolderID, flags: SystemFlags, size: Int64) throws {
        var counters = try counters(of: id)
        counters.messages += sign
        counters.unseen += flags.contains(.seen) ? 0 : sign
        counters.deleted += flags.contains(.deleted) ? sign : 0
        counters.octets += sign * size
        counters.isDirty = true
        folders[id] = counters
    }

    /// Counts messages that got other flags.
    func countFlags(unseen: Int64, deleted: Int64, in id: FolderID) throws {
        var counters = try counters(of: id)
        counters.unseen += unseen
        counters.deleted += deleted
        counters.isDirty = true
        folders[id] = counters
    }

    func countInAccount(_ sign: Int64, size: Int64) {
        messages += sign
        octets += sign * size
    }

    func recount(thread: Int64, in folder: FolderID) { stale.insert(FolderThread(folder: folder, thread: thread)) }

    /// Forgets what it knows of a folder that is gone.
    func forget(_ id: FolderID) {
        folders[id] = nil
        stale = stale.filter { $0.folder != id }
    }

    private func counters(of id: FolderID) throws -> FolderCounters {
        if let counters = folders[id] { return counters }
        guard let counters = try FolderCounters(id, mailbox) else { throw StoreError.noSuchFolder }
        folders[id] = counters
        return counters
    }

    /// Writes the counters back.
    ///
    /// - Returns: the newest mod-sequence; nil where nothing changed.
    @discardableResult
    func finish() throws -> ModSequence? {
        for thread in stale { try writeThread(thread) }
        for (id, counters) in folders where counters.isDirty || counters.uidNext != counters.firstUID {
            try counters.write(id, mailbox)
        }
        guard lastNumber != firstNumber else { return nil }
        try database.run(
            "UPDATE accounts SET last_number = $2, octets = $3, messages = $4 WHERE account = $1", me, .integer(lastNumber),
            .integer(octets), .integer(messages))
        return after
    }

    private func forgetIfEmpty(_ thread: Int64) throws {
        let key: [SQLValue] = [me, .integer(thread)]
        let has = try database.first("SELECT 1 FROM messages WHERE account = $1 AND thread = $2 LIMIT 1", values: key) { _ in true
        }
        guard has == nil else { return }
        try database.run("DELETE FROM thread_identifiers WHERE account = $1 AND thread = $2", values: key)
        try database.run("DELETE FROM thread_subjects WHERE account = $1 AND thread = $2", values: key)
    }

    private func writeThread(_ stale: FolderThread) throws {
        let key: [SQLValue] = [me, .integer(stale.folder.value), .integer(stale.thread)]
        let counts = try database.first(
            """
            SELECT COUNT(*), COALESCE(SUM(unseen), 0), COALESCE(MAX(received), 0) FROM messages
            WHERE account = $1 AND folder = $2 AND thread = $3
            """, values: key
        ) { row in (0..<3).map { SQLValue.integer(row.integer($0)) } }
        try database.run("DELETE FROM folder_threads WHERE account = $1 AND folder = $2 AND thread = $3", values: key)
        guard let counts, case .integer(let messages) = counts[0], messages > 0 else { return try forgetIfEmpty(stale.thread) }
        try database.run(
            "INSERT INTO folder_threads (account, folder, thread, messages, unread, latest) VALUES ($1, $2, $3, $4, $5, $6)",
            values: key + counts)
    }
}

/// A folder's counters within a transaction.
struct FolderCounters {
    let use: SpecialUse?
    let uidValidity: UInt32
    var uidNext: Int64
    let firstUID: Int64
    let uidReserved: Int64
    var highest: Int64
    var messages: Int64
    var unseen: Int64
    var deleted: Int64
    var octets: Int64
    var isDirty = false

    init?(_ id: FolderID, _ mailbox: Mailbox) throws {
        let found = try mailbox.database.first(
            """
            SELECT uid_validity, uid_next, uid_reserved, highest, messages, unseen, deleted, octets, special_use
            FROM folders WHERE account = $1 AND folder = $2
            """, mailbox.me, .integer(id.value)
        ) { row in ((0..<8).map { row.integer($0) }, row.optionalText(8)) }
        guard let (numbers, use) = found else { return nil }
        self.use = use.flatMap { SpecialUse(rawValue: $0) }
        uidValidity = UInt32(truncatingIfNeeded: numbers[0])
        (uidNext, firstUID, uidReserved, highest) = (numbers[1], numbers[1], numbers[2], numbers[3])
        (messages, unseen, deleted, octets) = (numbers[4], numbers[5], numbers[6], numbers[7])
    }

    func write(_ id: FolderID, _ mailbox: Mailbox) throws {
        try mailbox.database.run(
            """
            UPDATE folders SET uid_next = $3, highest = $4, messages = $5, unseen = $6, deleted = $7, octets = $8
            WHERE account = $1 AND folder = $2
            """, mailbox.me, .integer(id.value), .integer(uidNext), .integer(highest), .integer(messages), .integer(unseen),
            .integer(deleted), .integer(octets))
    }
}
