internal import Logging
package import Mail
internal import SQL

/// One account's mail. Its calls run one after another on a lane of the store's own threads and may wait for the disk.
///
/// An account is held for as long as its user is there; its databases are opened when they are needed and may be closed in
/// between. Everything throws `.busy`, `.unavailable`, `.newerSchema` and `.damaged`; what else is said at each call.
package actor Account {
    package nonisolated let id: AccountID
    nonisolated let shared: Shared
    nonisolated let lane: Lane
    private(set) var mailbox: Mailbox?
    /// How often the databases were used, and opened.
    private(set) var uses = 0
    private(set) var openings = 0
    /// Whether somebody waits for the disk with a log that is to be moved.
    var isMovingLogs = false

    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe lane.asUnownedSerialExecutor() }

    init(id: AccountID, shared: Shared) {
        self.id = id
        self.shared = shared
        lane = Lane(threads: shared.threads)
    }

    /// Runs `body` with the account's databases, opened where they are not.
    func perform<Result>(_ body: (Mailbox) throws -> Result) throws(StoreError) -> Result {
        uses += 1
        return try StoreError.wrapping { try shared.flushes.watched { try body(try opened()) } }
    }

    /// The same for what only reads: all of it is of one state of the database, whose lock is taken once.
    func reading<Result>(_ body: (Mailbox) throws -> Result) throws(StoreError) -> Result {
        try perform { mailbox in try mailbox.database.snapshot { try body(mailbox) } }
    }

    private func opened() throws -> Mailbox {
        defer { if mailbox != nil { shared.openAccounts.use(self, at: shared.options.now()) } }
        if let mailbox, mailbox.isInPlace { return mailbox }
        let opened = try Mailbox(
            id: id, options: shared.options, logger: shared.logger, flushes: shared.flushes, cache: shared.openAccounts.nextCache)
        let (id, changes) = (id, shared.changes)
        opened.changed = { modSequence in changes.committed(ChangeNotice(account: id, modSequence: modSequence)) }
        opened.logGrewLong = { [weak self] in Task { await self?.moveLongLogs() } }
        mailbox = opened
        openings += 1
        return opened
    }

    /// Opens the databases, so that errors show at once.
    func open() throws(StoreError) { try perform { _ in } }

    var isOpen: Bool { mailbox != nil }

    /// Closes the databases; the next call opens them again.
    func close() {
        guard let mailbox else { return }
        // What is not flushed yet stays to be flushed.
        guard mailbox.unflushed.isEmpty, !mailbox.isAdding else { return }
        mailbox.checkpoint()
        self.mailbox = nil
        shared.openAccounts.forget(self)
    }

    /// Flushes what is to be flushed, and closes the databases whatever state they are in.
    func letGo() throws {
        defer {
            mailbox = nil
            shared.openAccounts.forget(self)
        }
        try mailbox?.flush()
    }

    /// Makes the day's snapshot where the databases are open; that counts as no use of theirs.
    func upkeep() {
        guard let mailbox else { return }
        do { try shared.flushes.watched { try mailbox.makeDailySnapshot() } } catch {
            shared.logger.warning("an account's upkeep failed", metadata: ["account": "\(id)", "error": "\(error)"])
        }
    }
}
