import Directory
import FoundationEssentials
import Glibc
import LocalSocket
import Mail
import MailConfiguration
import Upkeep

/// Says that the host is up, and how to reach it.
func announce(_ configuration: HostConfiguration, _ host: HostOptions, demo: String?) async {
    if let demo { await loadDemo(demo, host) }
    var lines = ["", "Malaposta is up. Ctrl-C stops it.", ""]
    lines += listenerLines(configuration)
    if let demo { lines += demoLines(configuration, demo) }
    print(lines.joined(separator: "\n"))
    // Standard output may be a pipe that somebody waits at.
    _ = fflush(nil)
}

private func listenerLines(_ configuration: HostConfiguration) -> [String] {
    let names: [(String, [ListenerService])] = [
        ("Webmail", [.http, .https]), ("SMTP", [.smtp]), ("Submission", [.submission, .submissions]), ("IMAP", [.imap, .imaps]),
    ]
    return names.compactMap { name, services in
        let places = services.flatMap { service in configuration.listeners.filter { $0.service == service }.map(place) }
        return places.isEmpty ? nil : "  " + name.padded(to: 12) + places.joined(separator: "   ")
    }
}

private func place(_ listener: ListenerConfiguration) -> String {
    let address = listener.address.contains(":") ? "[\(listener.address)]" : listener.address
    return switch listener.service {
    case .http: "http://\(address):\(listener.port)/"
    case .https: "https://\(address):\(listener.port)/"
    case .smtp: "\(address):\(listener.port)"
    case .submission, .imap: "\(address):\(listener.port) (STARTTLS)"
    case .submissions, .imaps: "\(address):\(listener.port) (TLS)"
    }
}

private func demoLines(_ configuration: HostConfiguration, _ folder: String) -> [String] {
    let users = DemoMail(folder: folder).passwords
    guard let first = users.first else { return [] }
    var lines = ["", "  " + "User".padded(to: 28) + "Password"]
    lines += users.map { "  " + "\($0.address)".padded(to: 28) + $0.password }
    let port = { (service: ListenerService) in configuration.listeners.first { $0.service == service }?.port }
    if let smtp = port(.smtp) {
        lines += ["", "Send a mail:", "  swaks --server 127.0.0.1:\(smtp) --from you@elsewhere.example --to \(first.address)"]
    }
    if let imap = port(.imap) {
        lines += ["Read it:", "  curl -su \(first.address):\(first.password) 'imap://127.0.0.1:\(imap)/INBOX;MAILINDEX=*'"]
    }
    return lines + [""]
}

/// Fills the demo mailboxes once; a mark in the data folder says that it is done.
private func loadDemo(_ folder: String, _ host: HostOptions) async {
    let mark = host.data + "/demo-loaded"
    guard !FileManager.default.fileExists(atPath: mark), let generation = try? await host.generation() else { return }
    let worker = LocalClient(path: host.runFolder + "/mail-admin.sock")
    let mail = DemoMail(folder: folder)
    let now = Int64(Date.now.timeIntervalSince1970)
    do {
        for address in mail.addresses {
            guard let account = try await generation.account(named: "\(address)") else { continue }
            try await mail.load(address, into: account.id, now: now, by: worker)
        }
        try Data().write(to: URL(filePath: mark))
    } catch {
        print("The demo mailboxes could not be filled: \(error)")
    }
}

extension String {
    /// With spaces behind it, for a column of a table.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
