internal import Mail
internal import SQL

/// Writes a tenant's file: in full, or as a copy of its predecessor in which only what differs is changed.
struct TenantFileWriter {
    /// Where more than one row in so many differs, the file is written in full.
    private static let changedShare = 4

    private let tenant: TenantContent

    init(_ tenant: TenantContent) { self.tenant = tenant }

    /// - Parameters:
    ///   - difference: of the file at `previous` from this tenant; nil where there is none.
    func write(to path: String, since difference: TenantDifference?, in previous: String?) throws {
        let rows = tenant.accounts.count + tenant.routes.count
        guard let difference, let previous, difference.changes * Self.changedShare <= rows else {
            return try GenerationDatabase.make(path, GenerationSchema.tenant, writeAll)
        }
        try GenerationDatabase.copy(previous, to: path) { try change($0, difference) }
    }

    private func writeAll(_ database: Connection) throws {
        for account in tenant.accounts { try put(account, database) }
        for route in tenant.routes { try put(route, database) }
        for person in tenant.people { try add(person, database) }
    }

    private func change(_ database: Connection, _ difference: TenantDifference) throws {
        for id in difference.goneAccounts { try database.run("DELETE FROM account WHERE id = $1", .octets(id.octets)) }
        for account in difference.changedAccounts { try put(account, database) }
        for address in difference.goneRoutes { try database.run("DELETE FROM route WHERE address = $1", .text(address)) }
        for route in difference.changedRoutes { try put(route, database) }
        var before = tenant
        (before.accounts, before.routes) = (difference.accounts, difference.routes)
        let (old, new) = (Set(before.people), Set(tenant.people))
        for person in old.subtracting(new) { try remove(person, database) }
        for person in new.subtracting(old) { try add(person, database) }
    }

    // MARK: Rows

    private func put(_ account: DirectoryAccount, _ database: Connection) throws {
        try database.run(
            """
            INSERT INTO account (id, address, record) VALUES ($1, $2, $3)
            ON CONFLICT (id) DO UPDATE SET address = excluded.address, record = excluded.record
            """, .octets(account.id.octets), .text(account.address.folded.description),
            .utf8(RecordCoding.buffer(account)))
    }

    private func put(_ route: AddressRoute, _ database: Connection) throws {
        try database.run(
            """
            INSERT INTO route (address, record) VALUES ($1, $2)
            ON CONFLICT (address) DO UPDATE SET record = excluded.record
            """, .text(route.address.folded.description), .utf8(RecordCoding.buffer(route.route)))
    }

    private func add(_ person: Person, _ database: Connection) throws {
        for word in SearchWords.of(person).sorted() {
            try database.run(
                "INSERT INTO person (word, name, address, account) VALUES ($1, $2, $3, $4)", .text(word),
                .text(person.displayName), .text(person.address.description),
                person.account.map { .octets($0.octets) } ?? .null)
        }
    }

    private func remove(_ person: Person, _ database: Connection) throws {
        for word in SearchWords.of(person) {
            try database.run(
                "DELETE FROM person WHERE word = $1 AND name = $2 AND address = $3", .text(word), .text(person.displayName),
                .text(person.address.description))
        }
    }
}
