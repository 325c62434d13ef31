internal import Mail

/// The kinds of files in the configuration folder.
package enum FileKind: String, Sendable, CaseIterable {
    case host, tenant, domain, accounts, directory

    /// Its usual path, for people.
    package var path: String {
        switch self {
        case .host: "malaposta.yaml"
        case .tenant: "tenants/<id>/tenant.yaml"
        case .domain: "tenants/<id>/domains/<name>.yaml"
        case .accounts: "tenants/<id>/accounts.yaml"
        case .directory: "tenants/<id>/directory.yaml"
        }
    }

    /// What `schema: 1` at the head of each file stands for.
    static let version = Field<Int>.required(
        "schema", .integer(1...1), "The version of this file's format.")

    /// JSON Schema, draft 2020-12, for editors.
    package var jsonSchema: JSONValue {
        let about = JSONValue.object([
            "$schema": "https://json-schema.org/draft/2020-12/schema", "title": .string(path),
            "description": .string(description),
        ])
        guard case .object(let head) = about, case .object(let body) = form else { return form }
        return .object(head + body)
    }

    private var form: JSONValue {
        switch self {
        case .host: HostFile.form.schema
        case .tenant: TenantFile.form.schema
        case .domain: DomainFile.form.schema
        case .accounts: AccountsFile.form.schema
        case .directory: DirectoryFile.form.schema
        }
    }

    private var description: String {
        switch self {
        case .host: "What the host's operator decides: names, listeners, certificates, limits, storage."
        case .tenant: "One tenant: its name, language, admins, plan and policies."
        case .domain: "One mail domain of a tenant."
        case .accounts: "A tenant's users, shared mailboxes, groups and aliases."
        case .directory: "The LDAP directories that a tenant's accounts come from."
        }
    }
}

/// A file of the configuration folder, by its path.
enum FilePlace: Hashable {
    case host
    case tenant(String)
    case accounts(String)
    case directory(String)
    case domain(String, name: String)

    /// Names that a tenant's folder may hold.
    static let tenantFiles = ["tenant.yaml", "accounts.yaml", "directory.yaml"]

    /// Nil where no file of that path is known.
    init?(_ path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        switch parts.count {
        case 1 where path == "malaposta.yaml": self = .host
        case 3 where parts[0] == "tenants" && parts[2] == "tenant.yaml": self = .tenant(parts[1])
        case 3 where parts[0] == "tenants" && parts[2] == "accounts.yaml": self = .accounts(parts[1])
        case 3 where parts[0] == "tenants" && parts[2] == "directory.yaml": self = .directory(parts[1])
        case 4 where parts[0] == "tenants" && parts[2] == "domains" && path.hasSuffix(".yaml"):
            self = .domain(parts[1], name: String(parts[3].dropLast(5)))
        default: return nil
        }
    }

    /// Whether a file of this path is meant to be read: YAML by its name, and not hidden.
    static func isYAML(_ path: String) -> Bool {
        let name = path.split(separator: "/").last ?? ""
        return !name.hasPrefix(".") && (name.hasSuffix(".yaml") || name.hasSuffix(".yml"))
    }
}
