internal import SQL

/// What was filed and is not on disk yet, as far as this process knows.
struct Unflushed {
    /// How many filings there were in all.
    private(set) var filings = 0
    private(set) var files: [(path: String, filing: Int)] = []
    /// Folders that are to be flushed, and the newest filing that says so.
    private var folders: [String: Int] = [:]
    /// How many filings are on disk.
    private var flushed = 0

    var isEmpty: Bool { flushed == filings }

    /// Notes a filing: its files, and the folders that lead to them.
    mutating func add(files paths: [String], folders entered: Set<String>) {
        filings += 1
        for path in paths { files.append((path, filings)) }
        for folder in entered { folders[folder] = filings }
    }

    func holds(file path: String) -> Bool { files.contains { $0.path == path } }

    /// The first `count` filings are on disk.
    ///
    /// - Returns: the folders that no other filing waits for.
    mutating func settle(_ count: Int) -> [String] {
        flushed = max(flushed, count)
        files.removeAll { $0.filing <= flushed }
        let settled = folders.filter { $0.value <= flushed }.map(\.key)
        for folder in settled { folders[folder] = nil }
        return settled
    }
}

/// What a flush is to reach: an account's filings up to now. Everything on one file system goes with one call.
struct FlushTarget: Sendable {
    let device: UInt64
    let folder: String
    let filings: Int
    /// Of the account's openings, the one that these filings are counted in.
    let opening: Int
}

extension Account {
    /// Nil where nothing waits, as in a mailbox that is closed.
    var flushTarget: FlushTarget? {
        guard let mailbox, !mailbox.unflushed.isEmpty else { return nil }
        return FlushTarget(
            device: mailbox.device, folder: mailbox.paths.folder, filings: mailbox.unflushed.filings, opening: openings)
    }

    /// That is on disk.
    func flushed(_ target: FlushTarget) {
        guard let mailbox, target.opening == openings else { return }
        mailbox.flushed(target.filings)
    }
}

extension Mailbox {
    /// Puts on disk what was filed: files, their folders, and the log that names them.
    ///
    /// - Throws: what failed; everything stays to be flushed, but the process must not believe a second try: the kernel may
    ///   have dropped what it could not write.
    func flush() throws {
        guard !unflushed.isEmpty else { return }
        try flushes.flushing { try files.syncFileSystem(of: paths.folder) }
        flushed(unflushed.filings)
    }

    /// So many filings are on disk.
    func flushed(_ filings: Int) {
        durableFolders.formUnion(unflushed.settle(filings))
        // Rows whose removal is not on disk may still need their files.
        if unflushed.isEmpty { unlinkOrLeaveDoomed() }
    }
}
