internal import Directory
internal import Mail
internal import SQL

extension ControlDatabase {
    func applicationPasswords(of account: AccountID) throws -> [ApplicationPassword] {
        try connection.all(
            """
            SELECT name, scopes, created, last_used, last_remote FROM application_password WHERE account = $1 ORDER BY name
            """, .octets(account.octets)
        ) { row in
            ApplicationPassword(
                name: row.text(0), scopes: row.text(1).split(separator: " ").compactMap { .init(rawValue: String($0)) },
                created: row.integer(2), lastUsed: row.optionalInteger(3), lastRemote: row.optionalText(4))
        }
    }

    /// - Returns: false where there is one of that name.
    func addApplicationPassword(_ password: ApplicationPassword, digest: String, of account: AccountID) throws -> Bool {
        try connection.run(
            """
            INSERT INTO application_password (account, name, digest, scopes, created) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (account, name) DO NOTHING
            """, .octets(account.octets), .text(password.name), .text(digest),
            .text(password.scopes.map(\.rawValue).joined(separator: " ")), .integer(password.created)) > 0
    }

    func removeApplicationPassword(_ name: String, of account: AccountID) throws -> Bool {
        try connection.run(
            "DELETE FROM application_password WHERE account = $1 AND name = $2", .octets(account.octets), .text(name)) > 0
    }

    /// The one that was made as this.
    func applicationPassword(digest: String, of account: AccountID) throws -> ApplicationPassword? {
        let name = try connection.first(
            "SELECT name FROM application_password WHERE account = $1 AND digest = $2", .octets(account.octets), .text(digest)
        ) { $0.text(0) }
        return try applicationPasswords(of: account).first { $0.name == name }
    }

    func noteUse(of name: String, account: AccountID, from remote: String, at now: Int64) throws {
        try connection.run(
            "UPDATE application_password SET last_used = $3, last_remote = $4 WHERE account = $1 AND name = $2",
            .octets(account.octets), .text(name), .integer(now), .text(remote))
    }
}
