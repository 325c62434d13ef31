/// How much of its database an account keeps in memory while it is open.
///
/// A message changes a page of each index, most of them anywhere in it. Of an account that is used much, 10,000 messages' indexes
/// fit; an account that is used little never comes near.
enum PageCache {
    /// Octets of one account's pages at most.
    static let most = 8 << 20
    /// Octets that every account may have, however many are open.
    static let least = 2 << 20
    /// Octets that all accounts are to have together: the more are open, the less the next one gets.
    static let all = 256 << 20

    /// Octets for the account that is opened when `open` are, itself among them.
    static func share(of open: Int) -> Int { min(most, max(least, all / max(1, open))) }
}
