internal import LocalSocket
package import Logging
internal import ServiceLifecycle
internal import Systemd

/// Looks after the workers that systemd runs: one that is alive, but does not answer or wants it, is started again.
package struct WorkerWatch: Service {
    /// How often each worker is asked.
    package static let pause: Duration = .seconds(5)
    /// How long an answer may take.
    package static let answerTime: Duration = .seconds(5)

    private let folders: HostFolders
    private let logger: Logger
    private let manager = UnitManager()

    package init(_ folders: HostFolders, logger: Logger) {
        self.folders = folders
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await watch(HostUnit.mail, "\(folders.run)/mail-health.sock") }
                group.addTask { await watch(HostUnit.web, "\(folders.run)/web-health.sock") }
            }
        }
    }

    private func watch(_ unit: String, _ socket: String) async {
        let client = LocalClient(path: socket)
        var policy = UnresponsivePolicy()
        let start = ContinuousClock.now
        while (try? await Task.sleep(for: Self.pause)) != nil {
            let health = try? await client.ask(HealthQuestion(), within: Self.answerTime)
            // A worker that is down or on its way is systemd's affair.
            let runs = (try? await manager.states(of: [unit]).first?.active) == "active"
            let observation = runs ? UnresponsivePolicy.Observation(health) : .leaveAlone
            if policy.observe(observation, at: start.duration(to: .now)) { await restart(unit, health) }
        }
    }

    private func restart(_ unit: String, _ health: Health?) async {
        logger.error(
            "worker is alive, but not well; it is started again",
            metadata: ["unit": "\(unit)", "problems": "\(health?.problems.joined(separator: "; ") ?? "it does not answer")"])
        do { _ = try await manager.restart(unit) } catch {
            logger.error("worker cannot be started again", metadata: ["unit": "\(unit)", "cause": "\(error)"])
        }
    }
}
