internal import SQL

extension Mailbox {
    /// Snapshots that stay.
    private static let keptSnapshots = 7

    /// Copies mailbox.db while others use it (online backup), whole and on disk, and lets the oldest copies go.
    func makeSnapshot() throws {
        for folder in try files.makeFolder(paths.snapshots) { try files.sync(folder) }
        let name = String(options.now())
        let path = "\(paths.snapshots)/\(name).db"
        let draft = "\(path).new"
        try files.remove(draft)
        try files.touch(draft)
        do {
            let copy = try Connection(path: draft, mode: .readWrite)
            try database.copy(to: copy)
            // A copy has the journal mode of its source; alone it needs no log.
            try copy.execute("PRAGMA journal_mode=DELETE")
        }
        try files.sync(draft)
        try files.rename(draft, to: path)
        try files.sync(paths.snapshots)
        for old in snapshots().dropFirst(Self.keptSnapshots) { try files.remove(old.path) }
    }

    /// Makes a snapshot where the newest is a day old; the mail worker alone does.
    func makeDailySnapshot() throws {
        guard isMail, options.now() >= nextSnapshot else { return }
        if snapshots().first.map({ $0.seconds + Self.day <= options.now() }) ?? true { try makeSnapshot() }
        nextSnapshot = (snapshots().first?.seconds ?? options.now()) + Self.day
    }

    /// Seconds.
    private static let day: Int64 = 86_400

    /// The newest first.
    func snapshots() -> [(seconds: Int64, path: String)] { Self.snapshots(paths, files) }

    static func snapshots(_ paths: MailboxPaths, _ files: FileSystem) -> [(seconds: Int64, path: String)] {
        files.entries(paths.snapshots).compactMap { name in
            guard name.hasSuffix(".db"), let seconds = Int64(name.dropLast(3)) else { return nil }
            return (seconds, "\(paths.snapshots)/\(name)")
        }.sorted { $0.seconds > $1.seconds }
    }
}
