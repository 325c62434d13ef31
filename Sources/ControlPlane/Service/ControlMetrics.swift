package import Logging
package import MailConfiguration
package import ServiceLifecycle
package import Worker

/// Shows what the control plane measures: log-ins above all.
package enum ControlMetrics {
    /// The services that show it where the host's configuration wants it; none where it does not.
    package static func services(
        _ host: HostConfiguration, runFolder: String, report: HealthReport, logger: Logger
    ) -> [any Service] {
        let places = MetricsPlace.places(
            address: host.metrics.address, port: host.metrics.control,
            socket: host.metrics.sockets ? runFolder + "/control-metrics.sock" : nil)
        return MetricsListener.services(at: places, report: report, logger: logger)
    }
}
