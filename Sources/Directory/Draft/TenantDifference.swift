package import Mail
internal import SQL

/// One tenant's part of a `GenerationDifference`.
package struct TenantDifference {
    package let id: TenantID
    /// Nil of a tenant that is new.
    package let before: TenantOutline?
    /// Nil of a tenant that is gone.
    package let after: TenantOutline?
    let database: Connection
    /// What stands for the tables of the earlier generation in a query in which `$1` is the tenant.
    let earlierAccounts: String
    let earlierRoutes: String

    var tenant: SQLValue { .text(id.text) }

    /// Notes which records differ.
    ///
    /// - Returns: how many.
    func compare() throws -> Int {
        let tables = [("account", "id", earlierAccounts), ("route", "address", earlierRoutes)]
        return try database.transaction {
            try tables.map { table, key, earlier in
                try database.run("DELETE FROM changed_\(table) WHERE tenant = $1", tenant)
                let other = try database.run(
                    """
                    INSERT INTO changed_\(table) (tenant, \(key)) SELECT $1, w.\(key) FROM wanted_\(table) w
                    LEFT JOIN \(earlier) e ON e.\(key) = w.\(key) WHERE w.tenant = $1 AND w.record IS NOT e.record
                    """, tenant)
                let gone = try database.run(
                    """
                    INSERT INTO changed_\(table) (tenant, \(key)) SELECT $1, e.\(key) FROM \(earlier) e
                    WHERE NOT EXISTS (SELECT 1 FROM wanted_\(table) w WHERE w.tenant = $1 AND w.\(key) = e.\(key))
                    """, tenant)
                return other + gone
            }.reduce(0, +)
        }
    }

    // MARK: What differs

    /// Accounts of which not all have to be looked at.
    package enum Accounts: String {
        case all = "1"
        /// Those that were there before.
        case known = "e.id IS NOT NULL"
        /// Those to which shared mailboxes are lent, before or after.
        case borrowers = #"instr(e.record, '"shared":[{') > 0 OR instr(w.record, '"shared":[{') > 0"#
    }

    /// In the order of their ids: as they were, and as they are to be; nil where they were not, or will not be.
    package func forEachAccount(
        _ accounts: Accounts = .all, _ body: (_ before: DirectoryAccount?, _ after: DirectoryAccount?) throws -> Void
    ) throws {
        try database.forEach(
            """
            SELECT e.record, w.record FROM changed_account c LEFT JOIN wanted_account w ON w.tenant = $1 AND w.id = c.id
            LEFT JOIN \(earlierAccounts) e ON e.id = c.id WHERE c.tenant = $1 AND (\(accounts.rawValue)) ORDER BY c.id
            """, tenant
        ) { row in try body(Self.read(row, 0), Self.read(row, 1)) }
    }

    /// In the order of their addresses, which are as look-ups use them.
    package func forEachRoute(_ body: (_ address: Address, _ before: Route?, _ after: Route?) throws -> Void) throws {
        try forEachRoute(
            """
            SELECT c.address, e.record, w.record FROM changed_route c
            LEFT JOIN wanted_route w ON w.tenant = $1 AND w.address = c.address
            LEFT JOIN \(earlierRoutes) e ON e.address = c.address WHERE c.tenant = $1 ORDER BY c.address
            """, body)
    }

    /// The same with those that are as they were.
    package func forEachRouteOfAll(_ body: (_ address: Address, _ before: Route?, _ after: Route?) throws -> Void) throws {
        try forEachRoute(
            """
            SELECT w.address, e.record, w.record FROM wanted_route w LEFT JOIN \(earlierRoutes) e ON e.address = w.address
            WHERE w.tenant = $1
            UNION ALL SELECT e.address, e.record, NULL FROM \(earlierRoutes) e
            WHERE NOT EXISTS (SELECT 1 FROM wanted_route w WHERE w.tenant = $1 AND w.address = e.address)
            """, body)
    }

    private func forEachRoute(_ sql: String, _ body: (Address, Route?, Route?) throws -> Void) throws {
        try database.forEach(sql, tenant) { row in
            try body(Address(row.text(0)), Self.route(row, 1), Self.route(row, 2))
        }
    }

    // MARK: Single ones

    /// Of both sides, whether it differs or not.
    package func account(_ id: AccountID) throws -> (before: DirectoryAccount?, after: DirectoryAccount?) {
        let before = try database.first(
            "SELECT e.record FROM \(earlierAccounts) e WHERE e.id = $2 AND $1 <> ''", tenant, .octets(id.octets)
        ) { try RecordCoding.read(DirectoryAccount.self, $0.octets(0)) }
        let after = try database.first(
            "SELECT record FROM wanted_account WHERE tenant = $1 AND id = $2", tenant, .octets(id.octets)
        ) { try RecordCoding.read(DirectoryAccount.self, $0.octets(0)) }
        return (before, after)
    }

    /// Of both sides, whether it differs or not.
    package func route(of address: Address) throws -> (before: Route?, after: Route?) {
        let address = SQLValue.text(address.folded.description)
        let before = try database.first(
            "SELECT e.record FROM \(earlierRoutes) e WHERE e.address = $2 AND $1 <> ''", tenant, address
        ) { try RecordCoding.read(Route.self, $0.octets(0)) }
        let after = try database.first("SELECT record FROM wanted_route WHERE tenant = $1 AND address = $2", tenant, address) {
            try RecordCoding.read(Route.self, $0.octets(0))
        }
        return (before, after)
    }

    /// Whether an account is among those that differ.
    package func isChanged(_ id: AccountID) throws -> Bool {
        try database.first(
            "SELECT 1 FROM changed_account WHERE tenant = $1 AND id = $2", tenant, .octets(id.octets)
        ) { _ in true } ?? false
    }

    /// Whether there is an account that is not active, before and after.
    package func isInactive(_ id: AccountID) throws -> (before: Bool, after: Bool) {
        // As `AccountState` is written; a name cannot hold it, as its quotation marks would be escaped.
        let before = try database.first(
            """
            SELECT 1 FROM \(earlierAccounts) e WHERE e.id = $2 AND instr(e.record, '"state":{"active":{}}') = 0 AND $1 <> ''
            """, tenant, .octets(id.octets)
        ) { _ in true }
        let after = try database.first(
            "SELECT 1 FROM wanted_account WHERE tenant = $1 AND id = $2 AND state > 0", tenant, .octets(id.octets)
        ) { _ in true }
        return (before ?? false, after ?? false)
    }

    private static func read(_ row: borrowing Row, _ column: Int) throws -> DirectoryAccount? {
        row.isNull(column) ? nil : try RecordCoding.read(DirectoryAccount.self, row.octets(column))
    }

    private static func route(_ row: borrowing Row, _ column: Int) throws -> Route? {
        row.isNull(column) ? nil : try RecordCoding.read(Route.self, row.octets(column))
    }
}
