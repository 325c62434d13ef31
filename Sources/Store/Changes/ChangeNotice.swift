package import Mail

/// Something changed in an account. Notices are gathered: one may stand for many changes.
package struct ChangeNotice: Sendable, Hashable {
    package let account: AccountID
    /// The account's highest when the notice was made.
    package let modSequence: ModSequence
}
