internal import LocalSocket
package import Mail
package import Store

/// Asks the mail worker to bring back into an account what a backup has and the account has not.
///
/// The backup's files were put into `accounts/.restore/<staged>` by the asker, as the worker cannot read where backups lie.
package struct RestoreAccountQuestion: Question {
    package static let name = "restore-account"
    package typealias Answer = RestoreReport
    /// How long a large account may take.
    package static let deadline: Duration = .seconds(3_600)

    package var account: AccountID
    /// The name of a folder: letters, digits and hyphens alone.
    package var staged: String

    package init(account: AccountID, staged: String) {
        self.account = account
        self.staged = staged
    }

    /// Where staged files lie within the folder `accounts`.
    package static let folder = ".restore"

    /// Whether the name stays within that folder.
    package var isPlain: Bool {
        !staged.isEmpty
            && staged.utf8.allSatisfy { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a || (0x30...0x39).contains($0) || $0 == 0x2d }
    }
}
