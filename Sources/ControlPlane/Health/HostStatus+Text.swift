internal import Mail
internal import Provisioning
internal import Systemd

extension HostStatus {
    /// At most 80 columns, but for paths that are longer.
    package var text: String {
        let width = 17
        var lines = workers.map { $0.line(width) }
        var table = TwoColumns(titleWidth: width)
        if let units {
            table.add("services", UnitState.serviceWords(units))
            table.add("sockets", UnitState.socketWords(units))
        }
        table.add("generation", generation)
        table.add("files", drift)
        table.add("tenants", "\(control.tenants)")
        table.add("accounts", accounts)
        table.add(
            "domains", "\(domains.hosted)" + (domains.aliases > 0 ? ", of them \(domains.aliases) for another's addresses" : ""))
        for state in control.directories { table.add("directory", words(state)) }
        let open = listeners.filter(\.isOpen)
        if !listeners.isEmpty {
            let list = open.map { "\($0.name) \($0.place)" }.joined(separator: ", ")
            table.add("listeners", "\(open.count) of \(listeners.count) open" + (list.isEmpty ? "" : ": \(list)"))
        }
        for certificate in certificates { table.add("certificate", certificate.words) }
        table.add("queue", queueWords)
        if let disk { table.add("disk", "\(disk.free) of \(disk.total) free at \(disk.folder)") }
        lines += [""] + table.lines.map { String($0.dropFirst(2)) }
        if !problems.isEmpty { lines += [""] + problems.flatMap(\.lines) }
        if let next = control.nextStep { lines += ["", "Next: \(next)."] }
        return lines.joined(separator: "\n")
    }

    private var generation: String {
        guard control.generation > 0 else { return "none yet; run 'malaposta apply'" }
        let made = control.made.map { ", made \(CalendarDay.minute($0)) UTC" } ?? ""
        return "\(control.generation)\(made)" + (control.reason.map { " (\($0))" } ?? "")
    }

    private var accounts: String {
        var words = [
            Self.count(control.users, "user"),
            Self.count(control.sharedMailboxes, "shared mailbox", "shared mailboxes"),
        ]
        if control.suspended > 0 { words.append("\(control.suspended) suspended") }
        if control.retired > 0 { words.append("\(control.retired) retired") }
        return words.joined(separator: ", ")
    }

    private var drift: String {
        if control.fileErrors > 0 {
            return "\(Self.count(control.fileErrors, "error")); 'malaposta check' shows them, what was applied stays in force"
        }
        if control.drift.isEmpty { return control.nextStep == nil ? "as applied" : "none yet" }
        let names = control.drift.prefix(3).joined(separator: ", ") + (control.drift.count > 3 ? ", ..." : "")
        return "changed since they were applied (\(names)); 'malaposta plan' shows what that means"
    }

    private func words(_ state: DirectoryState) -> String {
        let read = state.lastSync.map { "read \(CalendarDay.minute($0)) UTC" } ?? "not read yet"
        let live = state.isLive ? ", live" : ""
        let found = "\(Self.count(state.users, "user")), \(Self.count(state.groups, "group"))"
        let refusal = state.liveRefusal.map { "; not live: \($0)" } ?? ""
        return "\(state.tenant)/\(state.directory): \(read)\(live), \(found)\(refusal)"
    }

    private var queueWords: String {
        guard let queue else { return "unknown: no word from malaposta-mail" }
        guard queue.messages > 0 else { return "empty" }
        var words = [
            "\(Self.count(queue.messages, "message")), \(ByteCount(queue.octets))",
            "the oldest waits for \(Self.span(queue.oldest))",
        ]
        if queue.held > 0 { words.append("\(queue.held) held") }
        if queue.crashed > 0 { words.append("\(queue.crashed) crashed") }
        return words.joined(separator: ", ")
    }

    private static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
        number == 1 ? "1 \(one)" : "\(number) \(many ?? one + "s")"
    }

    private static func span(_ seconds: Int) -> String {
        switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7_200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3_600) h"
        default: "\(seconds / 86_400) days"
        }
    }
}

extension ProgramStatus {
    fileprivate func line(_ width: Int) -> String {
        var words = [state.padded(to: 10)]
        if let processID { words.append("pid \(processID)") }
        if let generation { words.append("generation \(generation)") }
        for (name, word) in [("smtp.connections", "SMTP"), ("imap.connections", "IMAP"), ("web.connections", "web")] {
            if let count = figures[name], count > 0 { words.append("\(count) \(word)") }
        }
        return name.padded(to: width) + words.joined(separator: "  ")
    }
}

extension CertificateStatus {
    fileprivate var words: String {
        guard let notAfter else { return "cannot be read: \(file)" }
        let list = names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", ..." : "")
        return "\(list.isEmpty ? file : list), until \(CalendarDay.text(notAfter))" + (isSelfSigned ? ", self-signed" : "")
    }
}

extension HealthProblem {
    fileprivate var lines: [String] {
        var table = TwoColumns(titleWidth: 9)
        table.add(severity.rawValue, what)
        table.add("cure", cure)
        return table.lines.map { String($0.dropFirst(2)) }
    }
}
