/// Where the programs show what they measure, in Prometheus' text format at `/metrics`; nowhere unless a place is named.
package struct MetricsConfiguration: Sendable, Codable, Equatable {
    /// An address of this machine's own: who may not read it cannot reach it.
    package var address: String = "127.0.0.1"
    /// TCP ports of the control plane, the mail worker and the web worker; nil for none.
    package var control: UInt16?
    package var mail: UInt16?
    package var web: UInt16?
    /// Whether each program makes a unix socket in the run folder: `mail-metrics.sock` and so on.
    package var sockets: Bool = false

    package init() {}
}
