package import Mail
package import MailConfiguration

/// A tenant as its files and its directories together say.
package struct JoinedTenant: Sendable {
    /// An account that a directory has.
    package struct Account: Sendable {
        package var id: AccountID
        package var directory: String
        package var stableID: String
        /// Changes with the password, as far as the directory tells; else empty.
        package var mark: String
        /// Names to log in by, folded.
        package var logins: [String]
    }

    package var tenant: TenantConfiguration
    package var accounts: [Account] = []
    package var findings: [(directory: String, finding: DirectoryFinding)] = []
    /// Of the objects that it was made of.
    package var version: Int64 = 0

    package init(_ tenant: TenantConfiguration) { self.tenant = tenant }
}
