package import MailConfiguration

/// Why a socket unit could not listen, in the words of malaposta.yaml.
package struct SocketProblem: Sendable {
    package let what: String
    package let cure: String

    package var sentence: String { "\(what); \(cure)" }

    /// - Parameter listeners: of the whole host.
    package init(_ unit: String, _ listeners: [ListenerConfiguration]) {
        let own = listeners.filter { HostUnit.socket(of: $0.service) == unit }
        self.init(unit, places: own.map { ($0.address, $0.port) })
    }

    /// - Parameter places: all that the unit is to listen on. An address that the machine lacks is none of the reasons: the units
    ///   bind it all the same (FreeBind=).
    init(_ unit: String, places: [(address: String, port: UInt16)]) {
        let list = places.map { "\($0.address) port \($0.port)" }.joined(separator: ", ")
        let port = places.first.map { String($0.port) } ?? "PORT"
        let isSix = places.contains { $0.address.contains(":") }
        what = "\(unit) cannot listen on \(list): another server has the port" + (isSix ? ", or this machine has no IPv6" : "")
        cure = "'ss -ltnp sport = :\(port)' shows who has it; stop that server, then 'systemctl restart malaposta.target'"
    }
}
