internal import Mail
internal import SQL

extension Account {
    func snapshot() throws(StoreError) {
        try perform { mailbox in
            try mailbox.forgetOldDeliveries()
            try mailbox.makeSnapshot()
        }
    }

    /// A broken database is a finding, not an error; an account that has had no mail yet is fine.
    func check() throws(StoreError) -> [Finding] {
        let paths = MailboxPaths(root: shared.options.root, account: id)
        let hasMail = paths.holdMail(shared.options.files)
        if let fault = shared.options.files.statusFault(paths.database) {
            return [Finding(kind: .databaseDamaged, detail: "mailbox.db cannot be read: \(fault)", isSerious: true)]
        }
        guard shared.options.files.exists(paths.database) else {
            return hasMail ? [Finding(kind: .databaseMissing, detail: "mailbox.db is not there", isSerious: true)] : []
        }
        // From the disk, by a connection that remembers nothing, and before anything is changed by opening the account. One whose
        // making was cut off holds no account yet; opening it goes on with that.
        let faults = hasMail ? Rebuild.faults(paths.database, shared.options.files) : []
        guard faults.isEmpty else {
            return faults.map { Finding(kind: .databaseDamaged, detail: "mailbox.db: \($0)", isSerious: true) }
        }
        do { return try perform { try $0.check() } } catch {
            guard case .damaged(let cause) = error else { throw error }
            return [Finding(kind: .databaseDamaged, detail: "mailbox.db: \(cause)", isSerious: true)]
        }
    }

    func rebuild() throws(StoreError) -> RebuildReport {
        guard shared.options.role == .mail else { throw .unavailable(cause: "only the mail worker rebuilds") }
        return try StoreError.wrapping {
            try shared.flushes.watched {
                try letGo()
                var rebuild = Rebuild(id: id, options: shared.options, logger: shared.logger, flushes: shared.flushes)
                return try rebuild.run()
            }
        }
    }

    func removeAll() throws(StoreError) {
        // What is flushed or not is all the same now.
        try? letGo()
        try StoreError.wrapping {
            let (files, paths) = (shared.options.files, MailboxPaths(root: shared.options.root, account: id))
            // Gone at once, for whoever looks meanwhile; what an earlier try left goes too.
            try files.removeTree(paths.removed)
            guard files.exists(paths.folder) else { return }
            try files.rename(paths.folder, to: paths.removed)
            try files.sync(FileSystem.parent(of: paths.folder))
            try files.removeTree(paths.removed)
        }
    }
}

extension Mailbox {
    /// How long taken deliveries are remembered: far longer than the spool keeps anything.
    private static let deliveryMemory: Int64 = 60 * 86_400

    func forgetOldDeliveries() throws {
        _ = try change(durable: false) { transaction in
            try database.run(
                "DELETE FROM deliveries WHERE account = $1 AND taken < $2", me, .integer(transaction.now - Self.deliveryMemory))
        }
    }
}
