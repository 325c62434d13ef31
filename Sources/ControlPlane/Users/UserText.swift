internal import Directory
internal import Mail

extension UserRecord {
    /// A line of `user list`: address, kind, state, where the password is, name.
    ///
    /// - Parameter width: of the addresses.
    package func line(width: Int) -> String {
        [
            account.address.description.padded(to: width), account.kind.rawValue.padded(to: 6), stateText.padded(to: 9),
            passwordText.padded(to: 20), account.displayName,
        ].joined(separator: "  ")
    }

    /// What `user show` prints.
    package var text: String {
        let rows: [(String, String)] = [
            ("address", account.address.description), ("name", account.displayName),
            ("tenant", "\(account.tenant) (\(account.tenantName))"), ("kind", account.kind.rawValue), ("state", stateText),
            ("password", passwordText + (passwordPosition.map { " (\($0))" } ?? "")),
            ("aliases", account.aliases.map(\.description).joined(separator: ", ")),
            ("sends as", account.senders.map(\.address.description).joined(separator: ", ")),
            ("shared", account.shared.map(\.address.description).joined(separator: ", ")),
            ("quota", account.quota.map(\.description) ?? "none"), ("account", account.id.hex),
        ]
        return rows.filter { !$0.1.isEmpty }.map { "\($0.0.padded(to: 9)) \($0.1)" }.joined(separator: "\n")
    }

    private var stateText: String {
        switch account.state {
        case .active: "active"
        case .suspended: "suspended"
        case .retired: "retired"
        }
    }

    private var passwordText: String {
        guard account.kind == .user else { return "-" }
        return switch password {
        case .files: "password in files"
        case .command: "password by command"
        case .directory: "in its directory"
        case .none: "no password"
        }
    }
}

extension GenerationEntry {
    /// A line of `generations`.
    package var text: String {
        let mark = isCurrent ? "*" : " "
        return "\(mark) \(String(number).padded(to: 5)) \(CalendarDay.minute(made)) UTC   \(reason)   \(changes)"
    }
}
