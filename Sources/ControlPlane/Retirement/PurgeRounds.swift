internal import Directory
internal import LocalSocket
package import Logging
internal import Mail
internal import Upkeep

/// Has the mail of retired accounts deleted when their grace period is over: by the mail worker, in rounds.
package struct PurgeRounds: Sendable {
    /// Between rounds.
    package static let pause: Duration = .seconds(3600)
    /// Until the next try where the mail worker is down, or somebody else changes the host.
    package static let retry: Duration = .seconds(10)

    package enum Ending: Sendable {
        /// All that is due is gone, or cannot be deleted now for a reason that was logged.
        case done
        /// To be gone on with after `retry`.
        case interrupted
    }

    private let control: HostControl
    private let worker: MailWorker
    private let logger: Logger
    private let sleep: @Sendable (Duration) async throws -> Void

    package init(
        _ control: HostControl, _ worker: MailWorker, logger: Logger,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.control = control
        self.worker = worker
        self.logger = logger
        self.sleep = sleep
    }

    /// Goes on until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            let ending = await round()
            do { try await sleep(ending == .done ? Self.pause : Self.retry) } catch { return }
        }
    }

    /// One round, now.
    package func round() async -> Ending {
        var last = AccountID(0)
        while true {
            let due: [DirectoryAccount]
            do { due = try await control.duePurges(after: last) } catch {
                logger.error("which mail is to be deleted cannot be read", metadata: ["cause": "\(error)"])
                return .done
            }
            for account in due {
                guard await purge(account) == .done else { return .interrupted }
            }
            guard let end = due.last else { return .done }
            last = end.id
        }
    }

    private func purge(_ account: DirectoryAccount) async -> Ending {
        var metadata: Logger.Metadata = ["account": "\(account.id.hex)", "address": "\(account.address)"]
        do {
            guard let purged = try await control.purge(account.id, by: worker) else { return .done }
            metadata["octets"] = "\(purged.octets.map(String.init) ?? "unknown")"
            logger.notice("mail of a retired account deleted", metadata: metadata)
        } catch LocalSocketError.unreachable {
            return .interrupted
        } catch ControlError.busy {
            return .interrupted
        } catch {
            guard !Task.isCancelled else { return .interrupted }
            metadata["cause"] = "\(error)"
            logger.error("mail of a retired account was not deleted; it is tried again in an hour", metadata: metadata)
        }
        return .done
    }
}
