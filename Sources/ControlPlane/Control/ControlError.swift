package import MailConfiguration

/// Why the control plane does not do what it was asked.
package enum ControlError: Error, Sendable, CustomStringConvertible {
    /// The files have errors; the last good generation stays in force.
    case badFiles([Diagnostic])
    /// The files, or the generation in force, are not those that the plan was made of.
    case otherPlan(wanted: String, found: String)
    /// Another apply, rollback or user command is under way.
    case busy
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
    case isSuspendedInFiles(String)
    case isNotSuspended(String)
    case noSuchDomain(String)
    /// Signing is switched off in the domain's file.
    case noSigning(String)

    /// A stable word for programs.
    package var code: String {
        switch self {
        case .badFiles: "bad-files"
        case .otherPlan: "other-plan"
        case .busy: "busy"
        case .noGeneration: "no-generation"
        case .noSuchGeneration: "no-such-generation"
        case .nothingToRollBackTo: "nothing-to-roll-back-to"
        case .noSuchUser: "no-such-user"
        case .notAUser: "not-a-user"
        case .passwordInFiles: "password-in-files"
        case .unusablePassword: "unusable-password"
        case .isSuspendedInFiles: "suspended-in-files"
        case .isNotSuspended: "not-suspended"
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
        case .noGeneration: "nothing has been applied yet; 'malaposta apply' makes the first generation"
        case .noSuchGeneration(let number): "there is no generation \(number); 'malaposta generations' lists them"
        case .nothingToRollBackTo: "no earlier generation has other files; 'malaposta generations' lists them"
        case .noSuchUser(let name): "no user has the address \(name)"
        case .notAUser(let name): "\(name) is a shared mailbox: it has no password and nobody logs in as it"
        case .passwordInFiles(let position): "the password stands in the files: edit \(position) and apply"
        case .unusablePassword: "a password has 1 to 511 octets, and no NUL among them"
        case .isSuspendedInFiles(let name): "\(name) is suspended in the files: edit them and apply"
        case .isNotSuspended(let name): "\(name) is not suspended"
        case .noSuchDomain(let name): "no domain \(name) is hosted here; a new one counts after 'malaposta apply'"
        case .noSigning(let name): "signing is switched off for \(name) in its file (dkim: enabled)"
        }
    }
}
