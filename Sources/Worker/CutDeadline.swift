internal import Glibc
internal import Logging
internal import ServiceLifecycle

/// Ends the process where services that were cut do not end by themselves: a supervisor starts a process anew, and cannot help one
/// that hangs with its sockets open.
///
/// To be the first service of its group: services stop in the reverse order, so that it is there as long as any other.
struct CutDeadline: Service {
    /// From the moment when the services are cut, because one of them failed or because they did not stop in time.
    let time: Duration
    let logger: Logger

    func run() async throws {
        try await withTaskCancellationHandler {
            try await gracefulShutdown()
        } onCancel: {
            Task.detached {
                try? await Task.sleep(for: time)
                logger.critical("what was cut has not ended; the process ends now", metadata: ["after": "\(time)"])
                // No handler of ours may hold this up, and no message is to blame for it.
                _exit(EXIT_FAILURE)
            }
        }
    }
}
