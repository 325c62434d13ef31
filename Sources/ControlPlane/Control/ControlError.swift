package import Mail
package import MailConfiguration

/// Why the control plane does not do what it was asked.
package enum ControlError: Error, Sendable, CustomStringConvertible {
    /// The files have errors; the last good generation stays in force.
    case badFiles([Diagnostic])
    /// The files, or the generation in force, are not those that the plan was made of.
    case otherPlan(wanted: String, found: String)
    /// Another apply, rollback or user command is under way.
    case busy
    /// Another `ldap preview` is under way.
    case isPreviewed
    /// Nothing has been applied yet.
    case noGeneration
    case noSuchGeneration(Int)
    case nothingToRollBackTo
    case noSuchUser(String)
    /// Shared mailboxes have no password, groups and aliases no account.
    case notAUser(String)
    /// The files carry the password: they are to be edited.
    case passwordInFiles(SourcePosition)
    case unusablePassword
    /// Fewer characters than `PasswordRule` wants.
    case shortPassword
    /// The user's own name or address.
    case guessablePassword
    case isSuspendedInFiles(String)
    case isNotSuspended(String)
    /// The tenant has no directory.
    case noDirectory(TenantID, inFiles: Bool)
    /// A directory checks the password.
    case passwordInDirectory(String)
    case applicationPasswordExists(String)
    case noSuchApplicationPassword(String)
    case tooManyApplicationPasswords
    case noSuchDomain(String)
    /// Signing is switched off in the domain's file.
    case noSigning(String)

    /// A stable word for programs.
    package var code: String {
        switch self {
        case .badFiles: "bad-files"
        case .otherPlan: "other-plan"
        case .busy: "busy"
        case .isPreviewed: "preview-under-way"
        case .noGeneration: "no-generation"
        case .noSuchGeneration: "no-such-generation"
        case .nothingToRollBackTo: "nothing-to-roll-back-to"
        case .noSuchUser: "no-such-user"
        case .notAUser: "not-a-user"
        case .passwordInFiles: "password-in-files"
        case .unusablePassword: "unusable-password"
        case .shortPassword: "short-password"
        case .guessablePassword: "guessable-password"
        case .isSuspendedInFiles: "suspended-in-files"
        case .isNotSuspended: "not-suspended"
        case .noDirectory: "no-directory"
        case .passwordInDirectory: "password-in-directory"
        case .applicationPasswordExists: "application-password-exists"
        case .noSuchApplicationPassword: "no-such-application-password"
        case .tooManyApplicationPasswords: "too-many-application-passwords"
        case .noSuchDomain: "no-such-domain"
        case .noSigning: "no-signing"
        }
    }

    package var description: String {
        switch self {
        case .badFiles(let diagnostics):
            (diagnostics.map { "\($0)" } + ["Nothing was changed."]).joined(separator: "\n")
        case .otherPlan(let wanted, let found):
            "the files or the generation have changed since plan \(wanted) was made; what would be done now is plan \(found)"
        case .busy: "another command is changing this host; try again when it is done"
        case .isPreviewed: "another 'ldap preview' of this host is under way; try again when it is done"
        case .noGeneration: "nothing has been applied yet; 'malaposta apply' makes the first generation"
        case .noSuchGeneration(let number): "there is no generation \(number); 'malaposta generations' lists them"
        case .nothingToRollBackTo: "no earlier generation has other files; 'malaposta generations' lists them"
        case .noSuchUser(let name): "no user has the address \(name)"
        case .notAUser(let name): "\(name) is a shared mailbox: it has no password and nobody logs in as it"
        case .passwordInFiles(let position): "the password stands in the files: edit \(position) and apply"
        case .unusablePassword: "a password has 1 to 511 octets, and no NUL among them"
        case .shortPassword:
            "the password is too short: it needs at least \(PasswordRule.fewestCharacters) characters, of any kind"
        case .guessablePassword: "the password is the user's own name or address, which others try first"
        case .isSuspendedInFiles(let name): "\(name) is suspended in the files: edit them and apply"
        case .isNotSuspended(let name): "\(name) is not suspended"
        case .noDirectory(let tenant, let inFiles):
            inFiles
                ? "tenant \(tenant) has no directory: tenants/\(tenant)/directory.yaml is not there"
                : "tenant \(tenant) has no directory in the files as applied; 'malaposta apply' puts a new file in force"
        case .passwordInDirectory(let directory):
            "the password is in the directory \(directory): it is changed there"
        case .applicationPasswordExists(let name): "there is an application password \(name) already; remove it first"
        case .noSuchApplicationPassword(let name): "there is no application password \(name)"
        case .tooManyApplicationPasswords:
            "a user has at most \(ApplicationPassword.most) application passwords; remove one first"
        case .noSuchDomain(let name): "no domain \(name) is hosted here; a new one counts after 'malaposta apply'"
        case .noSigning(let name): "signing is switched off for \(name) in its file (dkim: enabled)"
        }
    }
}
