/// How a process uses the accounts' folder.
package struct StoreOptions: Sendable {
    package enum Role: Sendable, Hashable {
        /// The one process that checkpoints, migrates and makes snapshots.
        case mail
        /// Reads and writes, nothing else.
        case web
    }

    /// The folder `accounts`.
    package var root: String
    package var role: Role
    /// The folder of the workers' sockets for change notices; nil where no other process is there.
    package var changesFolder: String?
    /// Threads that wait for the disk.
    package var lanes = 8
    /// Accounts whose databases stay open; beyond, the least recently used is closed.
    package var maxOpenAccounts = 500
    /// Seconds without use after which `upkeep` closes an account's databases.
    package var closesIdleAfter: Int64 = 20
    /// Which run of the machine this is. Another one may have lost what was not flushed.
    package var bootID: String
    /// Seconds since 1970.
    package var now: @Sendable () -> Int64
    var files: FileSystem = .real

    package init(
        root: String, role: Role, changesFolder: String? = nil, bootID: String? = nil,
        now: @escaping @Sendable () -> Int64 = WallClock.seconds
    ) {
        self.root = root
        self.role = role
        self.changesFolder = changesFolder
        self.bootID = bootID ?? WallClock.bootID
        self.now = now
    }
}
