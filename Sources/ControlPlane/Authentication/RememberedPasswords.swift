internal import Directory
internal import Mail
internal import TLS

/// Lately verified passwords, as keyed digests in memory, so that a client that logs in every minute costs no hash.
///
/// A digest is bound to the hash it was verified against: a new password is never met by an old digest. Times are since
/// any fixed moment.
struct RememberedPasswords: Sendable {
    struct Limits: Sendable {
        /// How long a verified password is good without its hash after its last use.
        var lifetime: Duration = .seconds(600)
        /// Accounts remembered; the oldest make room.
        var accounts = 20_000
    }

    private struct Entry: Sendable {
        var digest: [UInt8]
        var verified: Duration
    }

    private let limits: Limits
    private let key: [UInt8]
    private var entries: BoundedTable<AccountID, Entry>

    /// - Parameter key: 32 random octets that leave the process with nobody.
    init(key: [UInt8] = SecureRandom.octets(32), _ limits: Limits = Limits()) {
        self.key = key
        self.limits = limits
        entries = BoundedTable(limit: limits.accounts)
    }

    func holds(_ account: AccountID, _ password: [UInt8], hash: String, at now: Duration) -> Bool {
        holds(account, password, hash: hash, within: limits.lifetime, at: now)
    }

    /// The same with a lifetime of its own.
    func holds(_ account: AccountID, _ password: [UInt8], hash: String, within lifetime: Duration, at now: Duration) -> Bool {
        guard let entry = entries[account], now - entry.verified < lifetime else { return false }
        return constantTimeEqual(entry.digest, digest(account, password, hash))
    }

    mutating func remember(_ account: AccountID, _ password: [UInt8], hash: String, at now: Duration) {
        entries[account] = Entry(digest: digest(account, password, hash), verified: now)
    }

    mutating func forget(_ account: AccountID) { entries[account] = nil }

    /// The last part has no length before it, as nothing follows; the parts before it have no NUL.
    private func digest(_ account: AccountID, _ password: [UInt8], _ hash: String) -> [UInt8] {
        SHA256.authenticationCode(for: Array(account.hex.utf8) + [0] + Array(hash.utf8) + [0] + password, key: key)
    }
}
