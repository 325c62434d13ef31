internal import Logging

extension Account {
    /// Brings the search index forward by a batch where the databases are open; that counts as no use of theirs. Whoever uses the
    /// account goes first: it is left at one batch then, unless the index is far behind.
    ///
    /// - Parameter seen: the account's uses when the last batch was taken; nil for the first one.
    /// - Returns: its uses by now, where there may be more; nil where this was the last batch for now.
    func indexBatch(after seen: Int?) -> Int? {
        guard let mailbox else { return nil }
        do {
            guard try seen == nil || seen == uses || mailbox.isIndexFarBehind() else { return nil }
            return try shared.flushes.watched { try mailbox.catchUpByABatch() } ? uses : nil
        } catch {
            shared.logger.warning("a search index was not brought forward", metadata: ["account": "\(id)", "error": "\(error)"])
            return nil
        }
    }
}
