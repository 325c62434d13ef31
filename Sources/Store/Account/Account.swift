package import Mail
internal import SQL

/// One account's mail. Its calls run one after another on a lane of the store's own threads and may wait for the disk.
///
/// An account is held for as long as its user is there; its databases are opened when they are needed and may be closed in
/// between.
package actor Account {
    package nonisolated let id: AccountID
    nonisolated let shared: Shared
    private nonisolated let lane: Lane

    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe lane.asUnownedSerialExecutor() }

    init(id: AccountID, shared: Shared) {
        self.id = id
        self.shared = shared
        lane = Lane(pool: shared.pool)
    }
}
