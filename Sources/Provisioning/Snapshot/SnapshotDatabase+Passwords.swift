internal import Directory
package import Mail
internal import SQL

/// Passwords that were changed in directories: noted with what else has changed there, until sessions have been ended.
extension SnapshotDatabase {
    func noteChangedPassword(_ stableID: String, _ tenant: TenantID, _ directory: String) throws {
        let account = AccountIdentity(tenant: tenant, source: directory, stableID: stableID).accountID
        try connection.run(
            "INSERT INTO changed_password (tenant, account) VALUES ($1, $2)", .text(tenant.text), .octets(account.octets))
    }

    /// The number of the last one that is noted; nil where there is none.
    package func lastChangedPassword() throws -> Int64? {
        try connection.first("SELECT MAX(number) FROM changed_password") { $0.optionalInteger(0) }.flatMap(\.self)
    }

    package func forEachChangedPassword(upTo last: Int64, _ body: (AccountID, TenantID) throws -> Void) throws {
        try connection.forEach(
            "SELECT account, tenant FROM changed_password WHERE number <= $1 ORDER BY number", .integer(last)
        ) { row in
            if let account = AccountID(octets: row.octets(0)) { try body(account, TenantID(row.text(1))) }
        }
    }

    package func forgetChangedPasswords(upTo last: Int64) throws {
        try connection.run("DELETE FROM changed_password WHERE number <= $1", .integer(last))
    }
}
