internal import Directory
internal import Mail
internal import TLS

/// Passwords that a directory has lately refused, so that a mail client with an old one does not get an account locked there:
/// the same one is not asked about twice, and of others only so many within a window. Times are since any fixed moment.
struct RefusedPasswords: Sendable {
    /// How long the same wrong password is refused without asking; a password may become right.
    static let memory: Duration = .seconds(300)
    /// Wrong passwords that are remembered of one account.
    static let most = 128

    private struct Entry: Sendable {
        var digest: [UInt8]
        var at: Duration
    }

    private let key: [UInt8]
    private var entries: BoundedTable<AccountID, [Entry]>

    init(key: [UInt8] = SecureRandom.octets(32), accounts: Int = 20_000) {
        self.key = key
        entries = BoundedTable(limit: accounts)
    }

    func holds(_ account: AccountID, _ password: [UInt8], proof: String, at now: Duration) -> Bool {
        let digest = digest(password, proof)
        return (entries[account] ?? []).contains { now - $0.at < Self.memory && constantTimeEqual($0.digest, digest) }
    }

    /// How long until another may be asked about; nil where one may be now.
    func pause(_ account: AccountID, failures: Int, window: Duration, at now: Duration) -> Duration? {
        let recent = (entries[account] ?? []).filter { now - $0.at < window }
        guard recent.count >= failures, let first = recent.suffix(failures).first else { return nil }
        return max(.seconds(1), first.at + window - now)
    }

    mutating func note(_ account: AccountID, _ password: [UInt8], proof: String, at now: Duration) {
        let entry = Entry(digest: digest(password, proof), at: now)
        entries[account] = ((entries[account] ?? []) + [entry]).suffix(Self.most)
    }

    mutating func forget(_ account: AccountID) { entries[account] = nil }

    private func digest(_ password: [UInt8], _ proof: String) -> [UInt8] {
        SHA256.authenticationCode(for: Array(proof.utf8) + [0] + password, key: key)
    }
}
