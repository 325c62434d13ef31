package import Mail
internal import MailConfiguration
internal import Provisioning

extension DirectoryCommand.Tested {
    /// What `ldap test` prints of a directory.
    package var text: String {
        var lines = ["directory \(directory)"]
        for step in steps {
            lines.append("  \(step.worked ? "ok  " : "FAIL") \(step.name)")
            lines += step.details.map { "         \($0)" }
        }
        return lines.joined(separator: "\n")
    }
}

extension DirectoryCommand.Preview {
    /// What `ldap preview` prints.
    package var text: String {
        var lines = directories.map { directory in
            "\(directory.directory): \(directory.difference.sentence)" + (directory.held.map { "\n  \($0.sentence)" } ?? "")
        }
        if isHeld { lines.append("Nothing would be done before 'malaposta ldap sync TENANT --allow-removals'.") }
        if !plan.lines.isEmpty { lines.append(plan.text) }
        if !findings.isEmpty {
            lines.append(findings.count == 1 ? "1 finding:" : "\(findings.count) findings:")
            lines += findings.prefix(Self.shown).map { "  \($0.finding.text)" }
            if findings.count > Self.shown {
                lines.append("  and \(findings.count - Self.shown) more; --json shows all that are kept")
            }
        }
        return lines.joined(separator: "\n")
    }

    private static let shown = 50
}

extension DirectoryCommand.Report {
    /// What `ldap sync` prints.
    package func text(tenant: TenantID) -> String {
        var lines = outcomes.map { outcome in
            guard let held = outcome.held else { return "\(outcome.directory): \(outcome.difference.sentence)" }
            return "\(outcome.directory): nothing was done: \(held.sentence);\n"
                + "  'malaposta ldap preview \(tenant)' shows it, "
                + "'malaposta ldap sync \(tenant) --allow-removals' does it"
        }
        lines += failures.sorted { $0.key < $1.key }.map { id, reason in
            "\(id): cannot be read: \(reason); what it said last goes on serving"
        }
        if let change { lines.append("Generation \(change.generation) is in force.") }
        return lines.joined(separator: "\n")
    }
}

extension SnapshotDifference {
    /// `3 users to add, 1 group to change`.
    var sentence: String {
        let words: [(DirectoryNames.Kind, String, String)] = [
            (.user, "user", "users"), (.shared, "shared mailbox", "shared mailboxes"), (.group, "group", "groups"),
            (.alias, "alias", "aliases"),
        ]
        let changes: [(String, [DirectoryNames.Kind: Int])] = [
            ("new", added), ("changed", changed), ("back", returned), ("gone", removed),
        ]
        let parts = changes.flatMap { name, counts in
            words.compactMap { kind, one, many in
                counts[kind].flatMap { $0 == 0 ? nil : "\($0) \($0 == 1 ? one : many) \(name)" }
            }
        }
        return parts.isEmpty ? "nothing has changed" : parts.joined(separator: ", ")
    }
}
