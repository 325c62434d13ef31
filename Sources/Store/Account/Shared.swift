internal import Logging
internal import NIOPosix

/// What the accounts of one store have in common.
final class Shared: Sendable {
    let options: StoreOptions
    let pool: NIOThreadPool
    let logger: Logger
    let changes: Changes
    let openAccounts: OpenAccounts
    let flushes: FlushWatch
    let flusher: Flusher

    init(options: StoreOptions, pool: NIOThreadPool, logger: Logger, changes: Changes) {
        (self.options, self.pool, self.logger, self.changes) = (options, pool, logger, changes)
        flushes = FlushWatch()
        flusher = Flusher(files: options.files, failures: flushes)
        openAccounts = OpenAccounts(limit: options.maxOpenAccounts)
    }
}
