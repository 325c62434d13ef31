package import Mail
internal import NIOCore
internal import SQL

extension MailStore {
    /// The folder `accounts`.
    package var root: String { shared.options.root }

    /// Brings back what an account's backup has and the account has not; where there is no such account, all of it. By the mail
    /// role alone.
    ///
    /// - Parameter backup: the folder `accounts` of the backup.
    /// - Throws: `.noSuchFolder` where the backup does not have the account; `.damaged` where its database cannot be read.
    package func restore(_ id: AccountID, from backup: String) async throws(StoreError) -> RestoreReport {
        try await held(id).restore(from: backup)
    }
}

extension Account {
    func restore(from backup: String) throws(StoreError) -> RestoreReport {
        guard shared.options.role == .mail else { throw .unavailable(cause: "only the mail worker restores") }
        let files = shared.options.files
        let source = MailboxPaths(root: backup, account: id)
        guard files.exists(source.database) else { throw .noSuchFolder }
        if files.exists(MailboxPaths(root: shared.options.root, account: id).database) {
            return try perform { mailbox in
                var restoration = try Restoration(mailbox, from: source)
                return try restoration.run()
            }
        }
        return try StoreError.wrapping {
            try shared.flushes.watched {
                try letGo()
                return try restoreWhole(source)
            }
        }
    }

    /// Made whole beside its place, and put there at once: a stop in between leaves nothing half done.
    private func restoreWhole(_ source: MailboxPaths) throws -> RestoreReport {
        let (files, options) = (shared.options.files, shared.options)
        let place = MailboxPaths(root: options.root, account: id)
        // Files without a database are mail that a rebuild brings back.
        guard !place.holdMail(files) else { throw StoreError.damaged(cause: "mailbox.db is not there") }
        var aside = options
        aside.root = "\(options.root)/.restoring"
        let draft = MailboxPaths(root: aside.root, account: id)
        if files.exists(draft.folder) { try files.removeTree(draft.folder) }
        try files.makeFolder(draft.messages)
        for name in AccountBackup.messageFiles(source, files) {
            try files.makeFolder(draft.folder(of: name))
            if try !files.link(source.file(name), to: draft.file(name)) {
                try files.copy(source.file(name), after: .init(), to: draft.file(name)) { _ in }
                try files.sync(draft.file(name))
            }
        }
        try files.touch(draft.database)
        do {
            let copy = try Connection(path: draft.database, mode: .readWrite)
            try Connection(path: source.database, mode: .immutable).copy(to: copy)
        }
        var rebuild = Rebuild(id: id, options: aside, logger: shared.logger, flushes: shared.flushes)
        let settled = try rebuild.settleRestored()
        for folder in files.entries(draft.messages) { try files.sync("\(draft.messages)/\(folder)") }
        for folder in [draft.messages, draft.folder] { try files.sync(folder) }
        try files.makeFolder(FileSystem.parent(of: place.folder))
        // What is there holds no mail: a lock, or the rest of a making that was stopped.
        if files.exists(place.folder) { try files.removeTree(place.folder) }
        try files.rename(draft.folder, to: place.folder)
        try files.sync(FileSystem.parent(of: place.folder))
        var report = RestoreReport()
        report.isWhole = true
        report.restored = settled.messages
        report.lost = settled.lost
        return report
    }
}
