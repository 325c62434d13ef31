internal import LocalSocket
package import Logging
internal import Systemd

/// A program's way from its start to being ready: after early deaths it pauses first, and what has come of it is told to systemd.
package struct WorkerStart: Sendable {
    package let report: HealthReport
    /// Where the worker says how it is.
    package let healthSocket: String
    private let history: StartHistory?
    private let logger: Logger

    /// - Parameter name: `mail`, `web`: what its files in the run folder begin with.
    package init(_ surroundings: Surroundings, name: String, report: HealthReport, logger: Logger) {
        self.report = report
        self.logger = logger
        healthSocket = "\(surroundings.runFolder)/\(name)-health.sock"
        // `supervise` pauses itself.
        history = surroundings.supervisorPipe == nil ? StartHistory(path: "\(surroundings.runFolder)/\(name).starts") : nil
    }

    /// The control plane's own, under systemd: `supervise` holds its control plane itself.
    package init(runFolder: String, healthSocket: String, report: HealthReport, logger: Logger) {
        self.report = report
        self.logger = logger
        self.healthSocket = healthSocket
        history = StartHistory(path: "\(runFolder)/control.starts")
    }

    /// Waits where those before this one died early, longer with each of them: systemd starts us again at once and always.
    package func pause() async {
        guard let pause = history?.begin() else { return }
        logger.warning("the process before this one died early; waiting before the next start", metadata: ["pause": "\(pause)"])
        ServiceManager().status("waits \(pause) before it starts, as it died early before; its log says why")
        try? await Task.sleep(for: pause)
    }

    /// Everything is served.
    package func ready() {
        history?.ready()
        report.up()
        ServiceManager().status("serves")
        ServiceManager().ready()
    }

    /// The program ended because it was told to: the next start is no restart.
    package func ended() { history?.forget() }
}
