package import Logging
package import Mail
internal import Metering
internal import NIOPosix
internal import SQL
internal import Synchronization

/// The accounts of a host.
package final class MailStore: Sendable {
    let shared: Shared
    private let accounts = Mutex<[AccountID: Account]>([:])
    private let datagrams: ChangeDatagrams?
    /// One thread, for notices.
    private let noticePool = NIOThreadPool(numberOfThreads: 1)

    package var changes: Changes { shared.changes }

    /// Makes the folder where it is missing. After a failed flush the mail role first writes anew what may not be on the disk, which
    /// blocks for as long as that takes. No other call may come after `shutdown`.
    package init(_ options: StoreOptions, logger: Logger) throws(StoreError) {
        do {
            try options.files.makeFolder(options.root)
            if let folder = options.changesFolder { try options.files.makeFolder(folder) }
            if options.role == .mail { try Rewriting.settleNote(options, logger: logger) }
            datagrams = try options.changesFolder.map { try ChangeDatagrams(folder: $0) }
        } catch { throw StoreError(error) }
        shared = Shared(
            options: options, threads: LaneThreads(options.lanes), logger: logger, changes: Changes(datagrams: datagrams))
        startNotices()
    }

    private func startNotices() {
        noticePool.start()
        guard let datagrams else { return }
        let (shared, watch) = (shared, LogWatch(root: shared.options.root))
        noticePool.submit { _ in
            do {
                try datagrams.run(
                    told: { shared.changes.tell($0) },
                    look: {
                        // A look does not know the number; whoever is told looks at the account.
                        for id in watch.changed(shared.changes.watchedAccounts) {
                            shared.changes.tell(ChangeNotice(account: id, modSequence: .zero))
                        }
                    })
            } catch {
                shared.logger.error("no change notices between processes", metadata: ["error": "\(error)"])
            }
        }
    }

    /// The account, opened, and made with its fixed folders where it is new.
    package func account(_ id: AccountID) async throws(StoreError) -> Account {
        let account = held(id)
        // One that is open already is not asked: each question is a turn on its lane.
        if !shared.openAccounts.isOpen(id) { try await account.open() }
        for other in shared.openAccounts.surplus() { await other.close() }
        return account
    }

    func held(_ id: AccountID) -> Account {
        accounts.withLock { accounts in
            if let account = accounts[id] { return account }
            let account = Account(id: id, shared: shared)
            accounts[id] = account
            return account
        }
    }

    /// Whether there is mail of that account on disk.
    package func exists(_ id: AccountID) async throws(StoreError) -> Bool {
        let paths = MailboxPaths(root: shared.options.root, account: id)
        return await offTheLoops { [files = shared.options.files] in files.exists(paths.database) }
    }

    /// Puts on disk what was filed into these accounts before. None of them waits for the disk meanwhile.
    ///
    /// - Throws: `.unavailable`: what is on disk is not known then, and no second try would tell. The process stops accepting.
    package func flush(_ accounts: Set<AccountID>) async throws(StoreError) { try await flush(accounts.map { held($0) }) }

    /// The same.
    package func flush(_ accounts: [Account]) async throws(StoreError) {
        let start = ContinuousClock.now
        defer { Measures.flush.note(.now - start) }
        var targets: [(account: Account, target: FlushTarget)] = []
        for account in accounts {
            if let target = await account.flushTarget { targets.append((account, target)) }
        }
        let folders = Dictionary(targets.map { ($0.target.device, $0.target.folder) }) { first, _ in first }.values.sorted()
        let outcome = await offTheLoops { [shared] in
            Result { () throws(StoreError) in
                try StoreError.wrapping {
                    try shared.flushes.watched {
                        guard !folders.isEmpty else { return }
                        try folders.forEach(shared.options.files.syncFileSystem)
                        try shared.flushes.confirm()
                    }
                }
            }
        }
        try outcome.get()
        for (account, target) in targets { await account.flushed(target) }
    }

    /// Returns when a flush has failed, or when the task is cancelled.
    func untilFlushFails() async { await shared.flushes.untilFailed() }

    /// Whether a flush has failed: everything is refused then, and the process has to start anew.
    package var hasFailedFlush: Bool { flushFailure != nil }

    var flushFailure: StoreError? { shared.flushes.failure }

    /// Ids of all accounts on disk, in order.
    package func accountsOnDisk() async throws(StoreError) -> [AccountID] {
        let (files, root) = (shared.options.files, shared.options.root)
        return await offTheLoops {
            MailboxPaths.shelves(root, files).flatMap { MailboxPaths.accounts(on: $0, root, files) }.sorted()
        }
    }

    /// A copy of the account's mailbox.db, kept beside it; of older ones the newest seven stay.
    package func snapshot(_ id: AccountID) async throws(StoreError) { try await held(id).snapshot() }

    /// What differs between databases and files. Changes nothing.
    package func check(_ id: AccountID) async throws(StoreError) -> [Finding] { try await held(id).check() }

    /// Makes anew what can be derived, and takes the newest good snapshot where the database is broken.
    package func rebuild(_ id: AccountID) async throws(StoreError) -> RebuildReport { try await held(id).rebuild() }

    /// Removes an account with all its mail, for good.
    package func remove(_ id: AccountID) async throws(StoreError) {
        try await held(id).removeAll()
        accounts.withLock { $0[id] = nil }
    }

    /// Brings the search indexes of open accounts up to date, moves logs, lets go of what has not been used.
    /// The owner calls it every few seconds.
    package func upkeep() async {
        // A flush of the web worker may have failed while this process has nothing to flush: only a new mail worker mends that.
        if shared.options.role == .mail { try? shared.flushes.confirm() }
        for account in shared.openAccounts.all() {
            var uses: Int?
            repeat {
                uses = await account.indexBatch(after: uses)
                // The optimizer sees that nothing happens between two batches, and would stay on the account's lane.
                await Task.yield()
            } while uses != nil
            await account.upkeep()
            await account.moveLongLogs()
        }
        let idle = shared.openAccounts.idle(since: shared.options.now() - shared.options.closesIdleAfter)
        let closing = idle + shared.openAccounts.surplus()
        for account in closing { await account.close() }
        if !closing.isEmpty { await giveMemoryBack() }
    }

    /// Closes everything; waits for what runs.
    package func shutdown() async {
        datagrams?.stop()
        let accounts = shared.openAccounts.all()
        do { try await flush(accounts) } catch {
            shared.logger.error("what was filed could not be flushed", metadata: ["error": "\(error)"])
        }
        for account in accounts { await account.close() }
        shared.changes.finish()
        do {
            try await noticePool.shutdownGracefully()
            try await shared.flusher.shutdown()
            try await shared.threads.stop()
        } catch { shared.logger.error("threads did not end", metadata: ["error": "\(error)"]) }
    }

    private func giveMemoryBack() async {
        do { try await shared.threads.renewIdle() } catch {
            shared.logger.error("threads did not end", metadata: ["error": "\(error)"])
        }
        await offTheLoops { FreedMemory.giveBack() }
    }

    private func offTheLoops<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await shared.threads.run(body)
    }
}
