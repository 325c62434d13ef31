package import MailConfiguration

/// What stands beside a socket unit as a drop-in (systemd.unit(5)), so that it listens where malaposta.yaml says.
package struct SocketDropIn: Hashable, Sendable {
    /// `malaposta-smtp.socket`.
    package let unit: String
    package let text: String

    /// The name of the file in the unit's `.d` folder.
    package static let fileName = "50-listeners.conf"
    /// The name of the empty file beside it, from before it is written until the socket listens by it. systemd reads only `.conf`.
    static let markName = "50-listeners.pending"

    /// One for each service, also for those that have no listener.
    package static func all(_ listeners: [ListenerConfiguration]) -> [SocketDropIn] {
        ListenerService.allCases.map { service in
            SocketDropIn(service, listeners.filter { $0.service == service })
        }
    }

    private init(_ service: ListenerService, _ listeners: [ListenerConfiguration]) {
        unit = HostUnit.socket(of: service)
        let head = "# Written by 'malaposta apply' from the listeners of malaposta.yaml. Changes here are lost.\n"
        guard !listeners.isEmpty else {
            // A unit without an address is an error to systemd; one whose condition fails is passed over.
            text = head + "[Unit]\n# malaposta.yaml has no listener for \(service.rawValue).\nConditionPathExists=!/\n"
            return
        }
        // The empty one takes back what the unit itself says.
        let addresses = [""] + listeners.map(Self.place)
        text = head + "[Socket]\n" + addresses.map { "ListenStream=\($0)\n" }.joined()
    }

    /// The listener's address was read as an IP address, so no line end or `%` of systemd's can be in it.
    private static func place(_ listener: ListenerConfiguration) -> String {
        listener.address.contains(":") ? "[\(listener.address)]:\(listener.port)" : "\(listener.address):\(listener.port)"
    }
}
