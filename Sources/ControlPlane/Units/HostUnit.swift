package import MailConfiguration
internal import Systemd

/// The units of this host that systemd runs.
package enum HostUnit {
    package static let target = "malaposta.target"
    package static let control = "malaposta-control.service"
    package static let mail = "malaposta-mail.service"
    package static let web = "malaposta-web.service"
    /// Gives the sockets the addresses of the generation in force; the only one of ours that runs as root.
    package static let sockets = "malaposta-sockets.service"
    /// Where the sockets of the host that systemd runs lie.
    private static let runFolder = "/run/malaposta"
    package static let sendmail = "malaposta-sendmail.socket"

    /// The socket unit of a service.
    package static func socket(of service: ListenerService) -> String { "malaposta-\(service.rawValue).socket" }

    /// The worker that takes a service's connections.
    package static func worker(of service: ListenerService) -> String { service.isWeb ? web : mail }

    /// All whose state `status` shows, in its order.
    package static var all: [String] { [control, mail, web] + ListenerService.allCases.map(socket) + [sendmail] }
}

extension HostUnit {
    /// How this host's units are; nil where systemd does not run this machine, or does not know our units, or where another host
    /// than that of the packages is meant.
    static func states(of folders: HostFolders) async -> [UnitState]? {
        guard folders.run == runFolder, UnitManager.isThere, let states = try? await UnitManager().states(of: all),
            !states.isEmpty
        else { return nil }
        return states
    }
}
