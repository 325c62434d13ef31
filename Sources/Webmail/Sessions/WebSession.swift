package import Mail

/// A browser that is logged in.
package struct WebSession: Sendable, Hashable {
    /// SHA-256 of the cookie's token, in hex: who reads the database cannot log in with it.
    package let id: String
    package let account: AccountID
    /// Stands in each form, so that no other site can send one.
    package let csrf: String
    /// Seconds since 1970.
    package let created: Int64
    package var used: Int64
    /// The latest revocation that was known at log-in: those up to it do not end this session.
    package var since: Int64 = 0
}

/// What the log-in page says after a session's end.
package enum SessionEnding: String, Sendable {
    case passwordChanged, suspended, removed, expired, out
}
