package import Logging
package import Mail
internal import NIOPosix
internal import Synchronization

/// The accounts of a host.
package final class MailStore: Sendable {
    private let shared: Shared
    private let accounts = Mutex<[AccountID: Account]>([:])

    package var changes: Changes { shared.changes }

    /// Makes the folder where it is missing. No other call may come after `shutdown`.
    package init(_ options: StoreOptions, logger: Logger) throws(StoreError) {
        do { try options.files.makeFolder(options.root) } catch { throw StoreError(error) }
        let pool = NIOThreadPool(numberOfThreads: options.lanes)
        pool.start()
        shared = Shared(options: options, pool: pool, logger: logger, changes: Changes())
    }

    /// The account, opened, and made with its fixed folders where it is new.
    package func account(_ id: AccountID) async throws(StoreError) -> Account {
        accounts.withLock { accounts in
            if let account = accounts[id] { return account }
            let account = Account(id: id, shared: shared)
            accounts[id] = account
            return account
        }
    }

    /// Whether there is mail of that account on disk.
    package func exists(_ id: AccountID) async throws(StoreError) -> Bool { false }

    /// Puts on disk what was filed into these accounts before; several at once wait for the disk side by side.
    ///
    /// - Throws: `.unavailable`: what is on disk is not known then, and no second try would tell. The process stops accepting.
    package func flush(_ accounts: [Account]) async throws(StoreError) {}

    /// A copy of the account's mailbox.db, kept beside it.
    package func snapshot(_ id: AccountID) async throws(StoreError) {}

    /// What differs between databases and files. Changes nothing.
    package func check(_ id: AccountID) async throws(StoreError) -> [Finding] { [] }

    /// Makes anew what can be derived, and takes the newest good snapshot where the database is broken.
    package func rebuild(_ id: AccountID) async throws(StoreError) -> RebuildReport { RebuildReport() }

    /// Ids of all accounts on disk.
    package func accountsOnDisk() async throws(StoreError) -> [AccountID] { [] }

    /// Removes an account with all its mail, for good.
    package func remove(_ id: AccountID) async throws(StoreError) {}

    /// Closes everything; waits for what runs.
    package func shutdown() async { try? await shared.pool.shutdownGracefully() }
}
