internal import Domains
package import Logging

/// Looks after the domains of a running host.
package struct DomainRounds: Sendable {
    /// Between rounds: how soon a published proof or key is seen.
    package static let pause: Duration = .seconds(60)
    /// Seconds between two evaluations of one domain.
    package static let watchPause: Int64 = 3_600

    private let domains: HostedDomains
    private let logger: Logger
    private let sleep: @Sendable (Duration) async throws -> Void

    package init(
        _ domains: HostedDomains, logger: Logger,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.domains = domains
        self.logger = logger
        self.sleep = sleep
    }

    /// Goes on until the task is cancelled.
    package func run() async {
        do { try await domains.begin() } catch { logger.error("domains cannot be looked after", metadata: ["cause": "\(error)"]) }
        while !Task.isCancelled {
            do { try await domains.round(watchPause: Self.watchPause) } catch {
                if !Task.isCancelled { logger.error("domains cannot be looked after", metadata: ["cause": "\(error)"]) }
            }
            do { try await sleep(Self.pause) } catch { return }
        }
    }
}
