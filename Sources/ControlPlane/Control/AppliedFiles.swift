internal import Directory
internal import Mail
internal import MailConfiguration
internal import SQL
internal import TLS
internal import Wire

/// Copies of the files as applied, and the history of generations.
extension ControlDatabase {
    /// Keeps files and the hashes in them.
    ///
    /// - Returns: the number by which a generation names them.
    func keep(_ files: ConfigurationFiles, _ tree: ConfigurationTree, at now: Int64) throws -> Int64 {
        let number = try connection.first(
            "INSERT INTO applied (digest, at) VALUES ($1, $2) RETURNING id", .text(files.digest), .integer(now)
        ) { $0.integer(0) }
        guard let number else { throw SQLError(.misuse, "no number for the files") }
        for (path, octets) in files.contents {
            let digest = Hex.encode(SHA256.digest(of: octets))
            try connection.run(
                "INSERT INTO file_content (digest, octets) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING", .text(digest),
                .octets(octets))
            try connection.run(
                "INSERT INTO applied_file (applied, path, digest) VALUES ($1, $2, $3)", .integer(number), .text(path),
                .text(digest))
        }
        for tenant in tree.tenants { try keepPasswords(tenant, applied: number) }
        return number
    }

    private func keepPasswords(_ tenant: TenantConfiguration, applied: Int64) throws {
        let passwords = tenant.filePasswords
        guard !passwords.isEmpty else { return }
        var octets: [UInt8] = []
        for (account, password) in passwords {
            octets += "\(account.hex) \(password.hash) \(password.position)\n".utf8
        }
        let digest = Hex.encode(SHA256.digest(of: octets))
        let isKept =
            try connection.first("SELECT 1 FROM file_password WHERE set_digest = $1 LIMIT 1", .text(digest)) { _ in true }
            ?? false
        if !isKept {
            for (account, password) in passwords {
                try connection.run(
                    "INSERT INTO file_password (account, set_digest, hash, position) VALUES ($1, $2, $3, $4)",
                    .octets(account.octets), .text(digest), .text(password.hash), .text(RecordCoding.text(password.position)))
            }
        }
        try connection.run(
            "INSERT INTO applied_password_set (applied, set_digest) VALUES ($1, $2)", .integer(applied), .text(digest))
    }

    func files(applied: Int64) throws -> ConfigurationFiles {
        let rows = try connection.all(
            """
            SELECT f.path, c.octets FROM applied_file f JOIN file_content c ON c.digest = f.digest WHERE f.applied = $1
            """, .integer(applied)
        ) { ($0.text(0), $0.octets(1)) }
        return ConfigurationFiles(contents: Dictionary(rows) { first, _ in first })
    }

    func digest(applied: Int64) throws -> String? {
        try connection.first("SELECT digest FROM applied WHERE id = $1", .integer(applied)) { $0.text(0) }
    }

    /// Digests of single files, by path.
    func fileDigests(applied: Int64) throws -> [String: String] {
        let rows = try connection.all("SELECT path, digest FROM applied_file WHERE applied = $1", .integer(applied)) {
            ($0.text(0), $0.text(1))
        }
        return Dictionary(rows) { first, _ in first }
    }

    /// Forgets files that no kept generation was made of.
    func forgetUnused() throws {
        try connection.run("DELETE FROM applied WHERE id NOT IN (SELECT applied FROM generation)")
        try connection.run("DELETE FROM applied_file WHERE applied NOT IN (SELECT id FROM applied)")
        try connection.run("DELETE FROM applied_password_set WHERE applied NOT IN (SELECT id FROM applied)")
        try connection.run("DELETE FROM file_content WHERE digest NOT IN (SELECT digest FROM applied_file)")
        try connection.run("DELETE FROM file_password WHERE set_digest NOT IN (SELECT set_digest FROM applied_password_set)")
    }

    // MARK: Generations

    func note(_ entry: GenerationEntry, applied: Int64) throws {
        try connection.run("DELETE FROM generation WHERE number = $1", .integer(Int64(entry.number)))
        try connection.run(
            "INSERT INTO generation (number, applied, at, reason, changes) VALUES ($1, $2, $3, $4, $5)",
            .integer(Int64(entry.number)), .integer(applied), .integer(entry.made), .text(entry.reason), .text(entry.changes))
    }

    /// The files that a generation was made of.
    func applied(generation number: Int) throws -> Int64? {
        try connection.first("SELECT applied FROM generation WHERE number = $1", .integer(Int64(number))) { $0.integer(0) }
    }

    /// Newest first.
    func generations(current: Int?) throws -> [GenerationEntry] {
        try connection.all("SELECT number, at, reason, changes FROM generation ORDER BY number DESC") { row in
            let number = Int(row.integer(0))
            return GenerationEntry(
                number: number, made: row.integer(1), reason: row.text(2), changes: row.text(3), isCurrent: number == current)
        }
    }

    /// The newest generation before `number` that was made of other files.
    func generation(before number: Int, filesOtherThan applied: Int64) throws -> Int? {
        let digest = try digest(applied: applied) ?? ""
        return try connection.first(
            """
            SELECT g.number FROM generation g JOIN applied a ON a.id = g.applied
            WHERE g.number < $1 AND a.digest <> $2 ORDER BY g.number DESC LIMIT 1
            """, .integer(Int64(number)), .text(digest)
        ) { Int($0.integer(0)) }
    }

    func forgetGenerations(besides kept: [Int]) throws {
        for number in try generations(current: nil).map(\.number) where !kept.contains(number) {
            try connection.run("DELETE FROM generation WHERE number = $1", .integer(Int64(number)))
        }
        try forgetUnused()
    }
}

/// A line of `malaposta generations`.
package struct GenerationEntry: Codable, Hashable, Sendable {
    package var number: Int
    /// Seconds since 1970.
    package var made: Int64
    /// What made it: `apply`, `rollback to 3`, `suspend ana@acme.example`.
    package var reason: String
    /// Its plan in a few words: `1 to add, 2 to change, 0 to retire`.
    package var changes: String
    package var isCurrent: Bool
}

extension ConfigurationFiles {
    /// SHA-256 over paths and contents, each behind its length.
    var digest: String {
        var octets: [UInt8] = []
        for (path, content) in contents.sorted(by: { $0.key < $1.key }) {
            octets += "\(path.utf8.count):\(path)\(content.count):".utf8
            octets += SHA256.digest(of: content)
        }
        return Hex.encode(SHA256.digest(of: octets))
    }
}

extension TenantConfiguration {
    /// Hashes in the files, in the order of the accounts' ids.
    var filePasswords: [(AccountID, FilePassword)] {
        users.compactMap { user -> (AccountID, FilePassword)? in
            guard let hash = user.passwordHash else { return nil }
            let account = AccountIdentity(tenant: id, stableID: user.id.text).accountID
            return (account, FilePassword(hash: hash, position: user.passwordPosition ?? user.position))
        }.sorted { $0.0 < $1.0 }
    }
}
