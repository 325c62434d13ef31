package import Mail
internal import SQL
internal import TLS

/// Writes a generation's folder and puts it in force. Blocks on the disk; one writer at a time.
///
/// Order on disk: files and folders of the new generation are flushed before its folder gets its number, and that is
/// flushed before `current` leads to it. Whenever it stops, `current` leads to a whole generation.
package struct GenerationWriter {
    package let folder: GenerationFolder
    /// Called before each step, named for tests that stop there.
    var before: (Step) throws -> Void = { _ in }

    enum Step: Hashable {
        case folder, link(TenantID), tenant(TenantID), host, flush, rename, publish, publishRename
    }

    package init(_ folder: GenerationFolder) { self.folder = folder }

    /// Writes a generation that is not in force yet. Files of tenants that are the same as in `previous` are shared with it.
    ///
    /// - Returns: the tenants whose files were written.
    /// - Throws: with nothing but a folder of a temporary name left, which the next call takes away.
    @discardableResult
    package func write(_ content: GenerationContent, number: Int, previous: Int?) throws -> Set<TenantID> {
        let temporary = "\(folder.path)/.new"
        try before(.folder)
        try Disk.makeFolder(folder.path, mode: 0o750)
        try Disk.remove(temporary)
        try Disk.makeFolder(temporary, mode: 0o750)
        try Disk.makeFolder("\(temporary)/tenants", mode: 0o750)
        let known = try previous.map(digests) ?? [:]
        var digests: [TenantID: String] = [:]
        var written: Set<TenantID> = []
        for tenant in content.tenants {
            let id = tenant.tenant.id
            let digest = try Self.digest(of: tenant)
            digests[id] = digest
            let path = "\(temporary)/tenants/\(id.text).db"
            try before(.link(id))
            if let previous, known[id] == digest, try Disk.link(folder.tenant(id, previous), as: path) { continue }
            try before(.tenant(id))
            try Self.writeTenant(tenant, to: path)
            written.insert(id)
        }
        try before(.host)
        try Self.writeHost(content, number, digests, to: "\(temporary)/host.db")
        try before(.flush)
        try Disk.flush("\(temporary)/tenants")
        try Disk.flush(temporary)
        try before(.rename)
        try Disk.remove(folder.generation(number))
        try Disk.rename(temporary, to: folder.generation(number))
        try Disk.flush(folder.path)
        return written
    }

    /// Puts a written generation in force.
    package func publish(_ number: Int) throws {
        let temporary = "\(folder.path)/.current"
        try before(.publish)
        try Disk.remove(temporary)
        try Disk.symbolicLink(to: "\(number)", at: temporary)
        try before(.publishRename)
        try Disk.rename(temporary, to: folder.current)
        try Disk.flush(folder.path)
    }

    /// Takes away the oldest generations but the newest `count` and the one in force.
    package func keepNewest(_ count: Int) throws {
        let current = folder.currentNumber
        for number in folder.numbers.dropLast(count) where number != current {
            try Disk.remove(folder.generation(number))
        }
    }

    private func digests(of number: Int) throws -> [TenantID: String] {
        // A damaged or foreign predecessor has nothing to share; the new generation is written in full.
        guard let host = try? Connection(path: folder.host(number), mode: .immutable) else { return [:] }
        let query = "SELECT tenant.id, tenant.digest FROM tenant, generation WHERE version = $1"
        let rows: [(String, String)]? = try? host.all(query, .integer(Int64(GenerationSchema.version))) { row in
            (row.text(0), row.text(1))
        }
        var digests: [TenantID: String] = [:]
        for (id, digest) in rows ?? [] { if let id = try? TenantID(id) { digests[id] = digest } }
        return digests
    }

    private static func digest(of tenant: TenantContent) throws -> String {
        let octets = SHA256.digest(of: Array("\(GenerationSchema.version):".utf8) + (try RecordCoding.octets(tenant)))
        return octets.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    // MARK: Files

    private static func writeTenant(_ tenant: TenantContent, to path: String) throws {
        try writeDatabase(path, GenerationSchema.tenant) { database in
            for account in tenant.accounts {
                try database.run(
                    "INSERT INTO account (id, address, record) VALUES ($1, $2, $3)", .octets(account.id.octets),
                    .text(account.address.folded.description), .text(RecordCoding.text(account)))
            }
            for route in tenant.routes {
                try database.run(
                    "INSERT INTO route (address, record) VALUES ($1, $2)", .text(route.address.folded.description),
                    .text(RecordCoding.text(route.route)))
            }
            for person in tenant.people {
                for word in SearchWords.of(person).sorted() {
                    try database.run(
                        "INSERT INTO person (word, name, address, account) VALUES ($1, $2, $3, $4)", .text(word),
                        .text(person.displayName), .text(person.address.description),
                        person.account.map { .octets($0.octets) } ?? .null)
                }
            }
        }
    }

    private static func writeHost(
        _ content: GenerationContent, _ number: Int, _ digests: [TenantID: String], to path: String
    ) throws {
        try writeDatabase(path, GenerationSchema.host) { database in
            try database.run(
                "INSERT INTO generation (version, number, host) VALUES ($1, $2, $3)", .integer(Int64(GenerationSchema.version)),
                .integer(Int64(number)), .text(RecordCoding.text(content.host)))
            for tenant in content.tenants {
                let id = tenant.tenant.id.text
                try database.run(
                    "INSERT INTO tenant (id, digest, record) VALUES ($1, $2, $3)", .text(id),
                    .text(digests[tenant.tenant.id] ?? ""), .text(RecordCoding.text(tenant.tenant)))
                for domain in tenant.domains {
                    try database.run(
                        "INSERT INTO domain (name, tenant, record) VALUES ($1, $2, $3)", .text(domain.name.ascii), .text(id),
                        .text(RecordCoding.text(domain)))
                }
                for account in tenant.accounts {
                    try database.run(
                        "INSERT INTO account (id, tenant) VALUES ($1, $2)", .octets(account.id.octets), .text(id))
                }
            }
        }
    }

    /// One transaction in a new file without a write-ahead log, so that the file alone is all there is to it.
    private static func writeDatabase(_ path: String, _ schema: String, _ body: (Connection) throws -> Void) throws {
        do {
            let database = try Connection(path: path)
            try database.run("PRAGMA journal_mode=DELETE")
            // One flush at the end is enough: until the folder has its number nobody looks.
            try database.run("PRAGMA synchronous=OFF")
            try database.transaction {
                try database.execute(Dialect.render(schema))
                try body(database)
            }
        }
        try Disk.setMode(path, 0o640)
        try Disk.flush(path)
    }
}

extension AccountID {
    /// 16 octets, most significant first.
    package var octets: [UInt8] { (0..<16).map { UInt8(truncatingIfNeeded: value >> (120 - 8 * $0)) } }

    package init?(octets: [UInt8]) {
        guard octets.count == 16 else { return nil }
        self.init(octets.reduce(UInt128(0)) { $0 << 8 | UInt128($1) })
    }
}
