internal import MailConfiguration
internal import Systemd

extension UnitState {
    /// `control active, mail active (3 restarts), web activating (auto-restart, 7 restarts, ended last by watchdog)`.
    static func serviceWords(_ units: [UnitState]) -> String {
        units.filter(\.isService).map { "\($0.shortName) \($0.words)" }.joined(separator: ", ")
    }

    /// Those in the same state together: `smtp, imaps active; imap inactive`.
    static func socketWords(_ units: [UnitState]) -> String {
        let sockets = units.filter { !$0.isService }
        var order: [String] = []
        for socket in sockets where !order.contains(socket.words) { order.append(socket.words) }
        return order.map { words in
            sockets.filter { $0.words == words }.map(\.shortName).joined(separator: ", ") + " " + words
        }.joined(separator: "; ")
    }

    private var isService: Bool { unit.hasSuffix(".service") }

    /// `mail` of `malaposta-mail.service`.
    private var shortName: String {
        let name = unit.split(separator: ".").first ?? ""
        return String(name.hasPrefix("malaposta-") ? name.dropFirst("malaposta-".count) : name)
    }

    /// The active state, and in brackets what a reader would ask next. A socket's `inactive` is one that malaposta.yaml has no
    /// listener for, or that somebody has stopped.
    var words: String {
        var more: [String] = []
        if !isActive, sub != active, sub != "dead" { more.append(sub) }
        if let restarts, restarts > 0 { more.append(restarts == 1 ? "1 restart" : "\(restarts) restarts") }
        if let result, result != "success", result != sub { more.append("ended last by \(result)") }
        return more.isEmpty ? active : "\(active) (\(more.joined(separator: ", ")))"
    }
}
