internal import ServiceLifecycle

/// Looks after open accounts for as long as a program runs: search indexes, daily snapshots, databases that nobody uses, and a flush
/// that fails.
package struct StoreUpkeep: Service {
    private let store: MailStore
    private let interval: Duration

    package init(_ store: MailStore, every interval: Duration = .seconds(5)) {
        self.store = store
        self.interval = interval
    }

    /// - Throws: `StoreError.unavailable` when a flush has failed: the process must end and start anew.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await cancelWhenGracefulShutdown {
                    while (try? await Task.sleep(for: interval)) != nil { await store.upkeep() }
                }
            }
            group.addTask {
                await cancelWhenGracefulShutdown { await store.untilFlushFails() }
                if let failure = store.flushFailure { throw failure }
            }
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
