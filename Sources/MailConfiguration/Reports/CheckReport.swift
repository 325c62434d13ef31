internal import Mail

/// What `malaposta check` says: all findings, then what the files declare.
package struct CheckReport: Sendable {
    private let reading: ConfigurationReading
    private let folder: String

    package init(_ reading: ConfigurationReading, folder: String) {
        self.reading = reading
        self.folder = folder
    }

    /// Whether there is no error.
    package var isFine: Bool { !reading.hasErrors }

    package var text: String {
        var parts = reading.diagnostics.map(\.description)
        let counts = "\(Self.count(errors, "error")), \(Self.count(warnings, "warning"))"
        guard let tree = reading.tree else { return (parts + ["\(folder): \(counts)"]).joined(separator: "\n\n") }
        parts += ["\(folder): fine\(warnings > 0 ? ", \(Self.count(warnings, "warning"))" : "")\n\(Self.summary(of: tree))"]
        return parts.joined(separator: "\n\n")
    }

    /// `schema` is the version of this format.
    package var json: JSONValue {
        .object([
            "schema": 1, "folder": .string(folder), "ok": .boolean(isFine), "errors": .integer(errors),
            "warnings": .integer(warnings), "diagnostics": .array(reading.diagnostics.map(Self.json)),
            "tenants": reading.tree.map { .array($0.tenants.map(Self.json)) },
        ])
    }

    private var errors: Int { reading.diagnostics.count { $0.severity == .error } }
    private var warnings: Int { reading.diagnostics.count { $0.severity == .warning } }

    private static func count(_ number: Int, _ noun: String, plural: String? = nil) -> String {
        "\(number) \(number == 1 ? noun : plural ?? "\(noun)s")"
    }

    private static func summary(of tree: ConfigurationTree) -> String {
        let host = tree.host
        let tenants = tree.tenants
        var lines = [
            "  \(host.hostName): \(count(host.listeners.count, "listener")), \(count(tenants.count, "tenant")), "
                + "\(count(tenants.reduce(0) { $0 + $1.domains.count }, "domain")), "
                + "\(count(tenants.reduce(0) { $0 + $1.users.count + $1.sharedMailboxes.count }, "account"))"
        ]
        for tenant in tenants {
            lines.append(
                "  tenant \(tenant.id)\(tenant.isSuspended ? " (suspended)" : ""): \(count(tenant.domains.count, "domain")), "
                    + "\(count(tenant.users.count, "user")), "
                    + "\(count(tenant.sharedMailboxes.count, "shared mailbox", plural: "shared mailboxes")), "
                    + "\(count(tenant.groups.count, "group")), \(count(tenant.aliases.count, "alias", plural: "aliases"))")
            lines += tenant.roleAddresses.map { "    \($0.address) goes to \(destination(of: $0))" }
        }
        return lines.joined(separator: "\n")
    }

    private static func destination(of role: RoleAddress) -> String {
        guard let place = role.declaredAt else {
            return "the tenant's admins: \(role.admins.map(\.text).joined(separator: ", "))"
        }
        return "what \(place) declares"
    }

    private static func json(_ finding: Diagnostic) -> JSONValue {
        .object([
            "severity": .string(finding.severity.rawValue), "code": .string(finding.code),
            "file": .string(finding.position.file), "line": finding.position.line > 0 ? .integer(finding.position.line) : nil,
            "column": finding.position.line > 0 ? .integer(finding.position.column) : nil,
            "length": .integer(finding.length), "message": .string(finding.message), "notes": .strings(finding.notes),
            "related": .array(
                finding.related.map {
                    .object([
                        "file": .string($0.position.file), "line": .integer($0.position.line),
                        "column": .integer($0.position.column), "message": .string($0.message),
                    ])
                }),
        ])
    }

    private static func json(_ tenant: TenantConfiguration) -> JSONValue {
        .object([
            "id": .string(tenant.id.text), "suspended": .boolean(tenant.isSuspended),
            "domains": .strings(tenant.domains.map(\.name.ascii)), "users": .integer(tenant.users.count),
            "shared_mailboxes": .integer(tenant.sharedMailboxes.count), "groups": .integer(tenant.groups.count),
            "aliases": .integer(tenant.aliases.count),
            "role_addresses": .array(
                tenant.roleAddresses.map {
                    .object([
                        "address": .string($0.address.description), "admins": .strings($0.admins.map(\.text)),
                        "declared_at": $0.declaredAt.map { .string($0.description) },
                    ])
                }),
        ])
    }
}
