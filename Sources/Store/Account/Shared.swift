internal import Logging
internal import SQL

/// What the accounts of one store have in common.
final class Shared: Sendable {
    let options: StoreOptions
    let threads: LaneThreads
    let logger: Logger
    let changes: Changes
    let openAccounts: OpenAccounts
    let flushes: FlushWatch
    let flusher: Flusher

    init(options: StoreOptions, threads: LaneThreads, logger: Logger, changes: Changes) {
        (self.options, self.threads, self.logger, self.changes) = (options, threads, logger, changes)
        flushes = FlushWatch(note: FailedFlushNote(options), logger: logger)
        flusher = Flusher(files: options.files, failures: flushes)
        openAccounts = OpenAccounts(limit: options.maxOpenAccounts)
    }
}
