internal import Mail
internal import NIOCore
internal import SQL

/// Writes a tenant's file: in full, or as a copy of its predecessor in which only what differs is changed. Row by row.
struct TenantFileWriter {
    /// Where more than one row in so many differs, the file is written in full.
    private static let changedShare = 4

    private let difference: TenantDifference

    init(_ difference: TenantDifference) { self.difference = difference }

    /// - Parameters:
    ///   - changes: how many rows differ from the file at `previous`; nil where there is none.
    func write(to path: String, changes: Int, since previous: String?) throws {
        guard let previous, try changes * Self.changedShare <= rows() else {
            return try GenerationDatabase.make(path, GenerationSchema.tenant, writeAll)
        }
        try GenerationDatabase.copy(previous, to: path, change)
    }

    /// Accounts and addresses of the whole tenant.
    private func rows() throws -> Int {
        let counts = try ["account", "route"].map { table in
            try difference.database.first("SELECT COUNT(*) FROM wanted_\(table) WHERE tenant = $1", difference.tenant) {
                Int($0.integer(0))
            } ?? 0
        }
        return counts.reduce(0, +)
    }

    private func writeAll(_ database: Connection) throws {
        try difference.database.forEach(
            "SELECT id, address, record, shown, name, state FROM wanted_account WHERE tenant = $1 ORDER BY id", difference.tenant
        ) { row in
            try put(account: row.buffer(0), row.text(1), row.buffer(2), database)
            guard row.integer(5) < 2 else { return }
            let person = try Person(
                account: AccountID(octets: row.octets(0)), address: Address(row.text(3)), displayName: row.text(4))
            try add(person, database)
        }
        try difference.database.forEach(
            "SELECT address, record FROM wanted_route WHERE tenant = $1 ORDER BY address", difference.tenant
        ) { row in
            try put(route: row.text(0), row.buffer(1), database)
            if let group = try row.group(1, at: 0) { try add(group, database) }
        }
    }

    private func change(_ database: Connection) throws {
        try forEachAccount { row in
            if row.isNull(3) {
                try database.run("DELETE FROM account WHERE id = $1", .octets(row.buffer(0)))
            } else {
                try put(account: row.buffer(0), row.text(2), row.buffer(3), database)
            }
        }
        try forEachRoute { row in
            if row.isNull(2) {
                try database.run("DELETE FROM route WHERE address = $1", .text(row.text(0)))
            } else {
                try put(route: row.text(0), row.buffer(2), database)
            }
        }
        // First all that go: who comes may have the words of one who goes.
        try forEachPerson { before, after in if let before, before != after { try remove(before, database) } }
        try forEachPerson { before, after in if let after, before != after { try add(after, database) } }
    }

    // MARK: What differs

    /// Columns: id, record before, address and record after.
    private func forEachAccount(_ body: (borrowing Row) throws -> Void) throws {
        try difference.database.forEach(
            """
            SELECT c.id, e.record, w.address, w.record FROM changed_account c
            LEFT JOIN wanted_account w ON w.tenant = $1 AND w.id = c.id
            LEFT JOIN \(difference.earlierAccounts) e ON e.id = c.id WHERE c.tenant = $1 ORDER BY c.id
            """, difference.tenant, body: body)
    }

    /// Columns: address, record before and after.
    private func forEachRoute(_ body: (borrowing Row) throws -> Void) throws {
        try difference.database.forEach(
            """
            SELECT c.address, e.record, w.record FROM changed_route c
            LEFT JOIN wanted_route w ON w.tenant = $1 AND w.address = c.address
            LEFT JOIN \(difference.earlierRoutes) e ON e.address = c.address WHERE c.tenant = $1 ORDER BY c.address
            """, difference.tenant, body: body)
    }

    private func forEachPerson(_ body: (Person?, Person?) throws -> Void) throws {
        try difference.forEachAccount { before, after in try body(before?.person, after?.person) }
        try forEachRoute { row in try body(row.group(1, at: 0), row.group(2, at: 0)) }
    }

    // MARK: Rows

    private func put(account id: ByteBuffer, _ address: String, _ record: ByteBuffer, _ database: Connection) throws {
        try database.run(
            """
            INSERT INTO account (id, address, record) VALUES ($1, $2, $3)
            ON CONFLICT (id) DO UPDATE SET address = excluded.address, record = excluded.record
            """, .octets(id), .text(address), .utf8(record))
    }

    private func put(route address: String, _ record: ByteBuffer, _ database: Connection) throws {
        try database.run(
            """
            INSERT INTO route (address, record) VALUES ($1, $2)
            ON CONFLICT (address) DO UPDATE SET record = excluded.record
            """, .text(address), .utf8(record))
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

extension Row {
    /// A group as the address picker suggests it, where the record at `column` is of a group and its address is the main one.
    fileprivate borrowing func group(_ column: Int, at address: Int) throws -> Person? {
        let record = octets(column)
        // As `Route` is written: most records are of accounts, and need not be read.
        guard record.starts(with: Route.groupMark), case .group(let group) = try RecordCoding.read(Route.self, record) else {
            return nil
        }
        return try group.person(at: Address(text(address)))
    }
}
