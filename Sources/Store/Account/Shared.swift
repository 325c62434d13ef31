internal import Logging
internal import NIOPosix

/// What the accounts of one store have in common.
final class Shared: Sendable {
    let options: StoreOptions
    let pool: NIOThreadPool
    let logger: Logger
    let changes: Changes
    let openAccounts: OpenAccounts
    let flushes = FlushWatch()

    init(options: StoreOptions, pool: NIOThreadPool, logger: Logger, changes: Changes) {
        (self.options, self.pool, self.logger, self.changes) = (options, pool, logger, changes)
        openAccounts = OpenAccounts(limit: options.maxOpenAccounts)
    }

    /// Nothing is done any more in this process once a flush has failed.
    func watched<Result>(_ body: () throws -> Result) throws -> Result {
        guard !flushes.hasFailed else { throw StoreError.unavailable(cause: "a flush to the disk has failed") }
        do { return try body() } catch {
            flushes.look(at: error)
            throw error
        }
    }
}
