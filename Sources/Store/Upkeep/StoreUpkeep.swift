internal import ServiceLifecycle

/// Looks after open accounts for as long as a program runs: search indexes, daily snapshots, databases that nobody uses.
package struct StoreUpkeep: Service {
    private let store: MailStore
    private let interval: Duration

    package init(_ store: MailStore, every interval: Duration = .seconds(5)) {
        self.store = store
        self.interval = interval
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: interval)) != nil { await store.upkeep() }
        }
    }
}
