internal import LocalSocket
internal import ServiceLifecycle
internal import Systemd

/// Tells systemd that the program lives as long as it answers at its own socket, the one that others ask how it is.
///
/// A program whose event loops or tasks are stuck does not answer, and systemd ends and restarts it (WatchdogSec=).
package struct Watchdog: Service {
    private let client: LocalClient
    private let manager = ServiceManager()

    /// - Parameter socket: the path of the program's health socket.
    package init(socket: String) { client = LocalClient(path: socket) }

    package func run() async throws {
        guard let time = manager.watchdogTime else { return try await gracefulShutdown() }
        // Three chances within the time.
        let step = time / 3
        await cancelWhenGracefulShutdown {
            repeat {
                if (try? await client.ask(HealthQuestion(), within: step)) != nil { manager.alive() }
            } while (try? await Task.sleep(for: step / 2)) != nil
        }
        // Sessions may take until the unit's TimeoutStopSec to end, which bounds them from here on.
        manager.alive()
    }
}
