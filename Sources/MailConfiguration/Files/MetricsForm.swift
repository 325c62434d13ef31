/// `metrics` as written, with the places of what must be unique.
struct DeclaredMetrics: Sendable {
    var metrics: MetricsConfiguration
    var ports: [Located<Int>]
}

enum MetricsForm {
    static let address = Field<String>.optional(
        "address", .loopbackAddress, default: "127.0.0.1", "The address of the ports below: one of this machine itself.")
    static let control = Field<Int>.optional("control", port, "The control plane's port; none without it.")
    static let mail = Field<Int>.optional("mail", port, "The mail worker's port; none without it.")
    static let web = Field<Int>.optional("web", port, "The web worker's port; none without it.")
    static let sockets = Field<Bool>.optional(
        "sockets", .boolean, default: false, "Also at unix sockets in the run folder: mail-metrics.sock and so on.")

    private static let port = ValueForm<Int>.integer(1...65535)

    static let form = ValueForm<DeclaredMetrics>.object("metrics", [address, control, mail, web, sockets]) { object in
        let ports = (object.located(control), object.located(mail), object.located(web))
        var metrics = MetricsConfiguration()
        metrics.address = object.value(address) ?? metrics.address
        metrics.control = ports.0.flatMap { UInt16(exactly: $0.value) }
        metrics.mail = ports.1.flatMap { UInt16(exactly: $0.value) }
        metrics.web = ports.2.flatMap { UInt16(exactly: $0.value) }
        metrics.sockets = object.value(sockets) ?? metrics.sockets
        return DeclaredMetrics(metrics: metrics, ports: [ports.0, ports.1, ports.2].compactMap(\.self))
    }
}
