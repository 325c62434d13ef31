import Directory
import Glibc
import Mail

@testable import ControlPlane

/// A folder with the files of a small host, and room for its data; removed with everything in it.
final class ExampleHost {
    let path: String
    let folders: HostFolders

    init() throws {
        path = "/tmp/malaposta-test-\(UInt64.random(in: .min ... .max))"
        folders = HostFolders(data: "\(path)/data", run: "\(path)/run", configuration: "\(path)/etc")
        for folder in ["", "/run", "/etc", "/etc/tenants", "/etc/tenants/acme", "/etc/tenants/acme/domains"] {
            try Disk.makeFolder(path + folder, mode: 0o700)
        }
        try write("malaposta.yaml", Self.hostFile)
        try write("tenants/acme/tenant.yaml", Self.tenant)
        try write("tenants/acme/domains/acme.example.yaml", "schema: 1\nname: acme.example\n")
        try write("tenants/acme/accounts.yaml", Self.accounts)
    }

    deinit { try? Disk.remove(path) }

    func write(_ file: String, _ text: String) throws {
        let octets = Array(text.utf8)
        let descriptor = unsafe open("\(path)/etc/\(file)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0 else { throw DiskError("open", file, errno) }
        defer { close(descriptor) }
        guard unsafe Glibc.write(descriptor, octets, octets.count) == octets.count else { throw DiskError("write", file, errno) }
    }

    /// Removes a file, or a folder with all that is in it.
    func remove(_ file: String) throws { try Disk.remove("\(path)/etc/\(file)") }

    func accounts(_ change: (String) -> String) throws {
        try write("tenants/acme/accounts.yaml", change(Self.accounts))
    }

    static let hostFile = """
        schema: 1
        host_name: mail.test.example
        listeners:
          - { name: smtp, service: smtp, address: 127.0.0.1, port: 2525 }
        tls: { self_signed: true }
        allow_unproven: true

        """

    static let tenant = """
        schema: 1
        id: acme
        name: Acme
        language: en
        admins: [ana]
        plan:
          features: [web, imap, smtp_submission, shared_mailboxes, groups, aliases, plus_addressing, catch_all]
        policies: { grace_period: 30d }

        """

    /// Ana's hash is of "correct horse", with a cost that tests bear.
    static let accounts = """
        schema: 1
        users:
          - id: ana
            address: ana@acme.example
            name: Ana Dias
            password_hash: HASH
          - id: rui
            address: rui@acme.example
            name: Rui Lima
            aliases: [r.lima@acme.example]
          - id: old
            address: old@acme.example
            name: Old One
        shared_mailboxes:
          - id: info
            address: info@acme.example
            name: Info
            members:
              - { user: ana, rights: [read] }

        """.replacing("HASH", with: hash)

    static let password = Array("correct horse".utf8)
    static let hash = "$y$j75$uK3rVvOqjqG1hBvUuJm2J/$.6Db8bEopF9N21YEFlWsfnaYmJRVAGVgwhTf4MMF/66"
}

extension HostControl {
    /// Whose sessions a change ends.
    func revoked(by outcome: Outcome) throws -> [Revocation] {
        guard let numbers = outcome.revocations else { return [] }
        return try database().revocations(after: numbers.lowerBound - 1, upTo: numbers.upperBound, most: numbers.count)
    }
}
