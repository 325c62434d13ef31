package import Mail
internal import SQL

/// Accounts and names to log in by that a join found: in temporary tables beside the snapshot, until `SnapshotDatabase.keep` takes
/// them over. Another join of the same tenant begins anew.
package struct JoinedAccounts {
    private let database: SnapshotDatabase
    private let tenant: TenantID

    package init(_ database: SnapshotDatabase, of tenant: TenantID) throws {
        self.database = database
        self.tenant = tenant
        let script = """
            CREATE TEMPORARY TABLE IF NOT EXISTS joined_account (
                account OCTETS PRIMARY KEY, tenant TEXT NOT NULL, directory TEXT NOT NULL, stable TEXT NOT NULL,
                mark TEXT NOT NULL) CLUSTERED;
            CREATE TEMPORARY TABLE IF NOT EXISTS joined_login (
                tenant TEXT NOT NULL, name TEXT NOT NULL, account OCTETS NOT NULL, PRIMARY KEY (tenant, name)) CLUSTERED;
            """
        try database.connection.execute(Dialect.render(script))
        for table in ["joined_account", "joined_login"] {
            try database.connection.run("DELETE FROM \(table) WHERE tenant = $1", .text(tenant.text))
        }
    }

    /// - Parameters:
    ///   - mark: changes with the password, as far as the directory tells; else empty.
    ///   - logins: folded; a name that somebody has already stays theirs.
    package func add(_ account: AccountID, directory: String, stableID: String, mark: String, logins: [String]) throws {
        try database.connection.run(
            """
            INSERT INTO joined_account (account, tenant, directory, stable, mark) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING
            """, .octets(account.octets), .text(tenant.text), .text(directory), .text(stableID), .text(mark))
        for login in logins {
            try database.connection.run(
                "INSERT INTO joined_login (tenant, name, account) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", .text(tenant.text),
                .text(login), .octets(account.octets))
        }
    }

    package func contains(_ account: AccountID) throws -> Bool {
        try database.connection.first("SELECT 1 FROM joined_account WHERE account = $1", .octets(account.octets)) { _ in true }
            ?? false
    }

    /// Takes them over; only what differs is written.
    func keep() throws {
        let tenant = SQLValue.text(tenant.text)
        try database.connection.run(
            """
            DELETE FROM account WHERE tenant = $1 AND NOT EXISTS (
                SELECT 1 FROM joined_account j WHERE j.account = account.account AND j.tenant = $1)
            """, tenant)
        try database.connection.run(
            """
            INSERT INTO account (account, tenant, directory, stable, mark)
            SELECT j.account, j.tenant, j.directory, j.stable, j.mark FROM joined_account j WHERE j.tenant = $1 AND NOT EXISTS (
                SELECT 1 FROM account a WHERE a.account = j.account AND a.directory = j.directory AND a.stable = j.stable
                AND a.mark = j.mark)
            ON CONFLICT (account) DO UPDATE SET directory = excluded.directory, stable = excluded.stable, mark = excluded.mark
            """, tenant)
        try database.connection.run(
            """
            DELETE FROM login WHERE tenant = $1 AND NOT EXISTS (
                SELECT 1 FROM joined_login j WHERE j.tenant = $1 AND j.name = login.name)
            """, tenant)
        try database.connection.run(
            """
            INSERT INTO login (name, tenant, account)
            SELECT j.name, j.tenant, j.account FROM joined_login j WHERE j.tenant = $1 AND NOT EXISTS (
                SELECT 1 FROM login l WHERE l.name = j.name AND l.tenant = $1 AND l.account = j.account)
            ON CONFLICT (name, tenant) DO UPDATE SET account = excluded.account
            """, tenant)
    }
}
