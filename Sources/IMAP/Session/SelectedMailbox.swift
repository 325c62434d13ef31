internal import Mail
internal import NIOCore
internal import Store

/// The selected mailbox as the client knows it: which messages, in which order. Belongs to one session.
///
/// UIDs are loaded when a sequence number is first needed, so SELECT costs the same in a folder of any size. What others
/// change is taken over only when the session says so to the client (RFC 9051 §7.5.1).
final class SelectedMailbox {
    let name: MailboxName
    let account: Account
    let folder: FolderID
    let isReadOnly: Bool
    let uidValidity: UIDValidity
    /// Messages that the client knows of, `EXISTS`.
    private(set) var count: Int
    /// The client knows of UIDs below this one alone.
    private(set) var uidNext: UID
    /// The state that the client knows.
    private(set) var highest: ModSequence
    /// UIDs that this session was the first to be told of, `\Recent`.
    private(set) var recent: [ClosedRange<UInt32>] = []
    private(set) var recentCount = 0
    private var list: UIDList?
    /// Gone, but not told yet: they keep their sequence numbers.
    private var untold = UIDSet(ranges: [])
    /// Changes of flags that were told already, by UID.
    private var told: [UID: ModSequence] = [:]
    /// All that happened in the account up to here was looked at.
    private var seen = ModSequence.zero
    private let watch: MailboxWatch

    init(_ folder: Folder, name: MailboxName, account: Account, isReadOnly: Bool, watch: MailboxWatch) {
        self.name = name
        self.account = account
        self.folder = folder.id
        self.isReadOnly = isReadOnly
        uidValidity = folder.uidValidity
        (count, uidNext, highest) = (folder.messages, folder.uidNext, folder.highest)
        self.watch = watch
    }

    /// Whether somebody may have changed something.
    var hasChanged: Bool { watch.hasHeard(above: seen) }

    /// A look failed: the next one is due all the same.
    func lookAgain() { watch.suspect() }

    /// The UIDs that the client knows of; sequence number n is the n-th.
    func uids() async throws(StoreError) -> UIDList {
        if let list { return list }
        let now = try await account.uids(in: folder)
        let since = try await account.changes(in: folder, since: highest)
        guard !since.expungesForgotten else { throw .busy }
        let known = rebuilt(from: now, expunged: since.expunged)
        list = known
        count = known.count
        return known
    }

    /// `now` with what has gone since, and without what has come.
    private func rebuilt(from now: UIDList, expunged: UIDSet) -> UIDList {
        let end = now.firstIndex(notBelow: uidNext)
        guard !expunged.isEmpty || end < now.count else { return now }
        var values = ContiguousArray(now.values[..<end])
        for range in expunged.ranges where range.lowerBound < uidNext.value {
            let gone = range.lowerBound...min(range.upperBound, uidNext.value - 1)
            values.append(contentsOf: gone.filter { now.index(of: UID($0)) == nil })
        }
        values.sort()
        return UIDList(sorted: values)
    }

    /// What `set` means in this mailbox, ascending.
    ///
    /// - Returns: nil where a sequence number is above the number of messages.
    func messages(_ set: SequenceSet, byUID: Bool) async throws(StoreError) -> UIDSet? {
        guard !byUID else {
            let largest = set.ranges.contains { $0.first == SequenceSet.star || $0.last == SequenceSet.star }
            let last = largest ? try await uids().last?.value ?? 0 : 0
            return UIDSet(ranges: set.resolved(largest: last))
        }
        let ranges = set.resolved(largest: UInt32(clamping: count))
        guard let largest = ranges.last?.upperBound else { return UIDSet(ranges: []) }
        guard Int(largest) <= count else { return nil }
        let list = try await uids()
        // Neighbours in the mailbox become one range of UIDs: what lies between them is no message.
        return UIDSet(ranges: ranges.map { list.values[Int($0.lowerBound) - 1]...list.values[Int($0.upperBound) - 1] })
    }

    func isRecent(_ uid: UID) -> Bool { recent.contains { $0.contains(uid.value) } }

    /// Takes note of UIDs that no session was told of before.
    func claim(from first: UID, to next: UID) async throws(StoreError) {
        guard first < next else { return }
        recent = (recent + [first.value...next.value - 1]).merged()
        recentCount = try await uids().count { isRecent($0) }
    }

    /// Notes that the client was told of these flags, so that no later answer tells it again.
    func wasTold(_ result: FlagChangeResult) {
        guard result.before <= seen else {
            for message in result.messages where message.modSequence > highest { told[message.uid] = message.modSequence }
            return
        }
        // Nobody else has changed anything: there is nothing to look at.
        seen = max(seen, result.after)
        highest = result.messages.reduce(highest) { max($0, $1.modSequence) }
    }
}

extension SelectedMailbox {
    /// What the client must be told since the last time.
    struct News {
        /// Changed flags, with their sequence numbers from before `expunged`.
        var changed: [(number: Int, MessageFlags)] = []
        /// Sequence numbers, the highest first.
        var expunged: [Int] = []
        var hasNew = false
        /// The folder is not the one that was selected any more.
        var isGone = false
    }

    /// Takes over what has happened.
    ///
    /// - Parameter expunges: whether messages may lose their numbers now; else they keep them until it is true.
    func news(expunges: Bool) async throws(StoreError) -> News {
        watch.forget()
        let since: FolderChanges
        do { since = try await account.changes(in: folder, since: highest) } catch .noSuchFolder { return News(isGone: true) }
        guard since.folder.uidValidity == uidValidity, !since.expungesForgotten else { return News(isGone: true) }
        seen = max(seen, since.highestOfAccount)
        var news = News()
        if since.highest > highest || !since.changed.isEmpty || !since.expunged.isEmpty { try await take(since, into: &news) }
        if expunges, !untold.isEmpty { try await tell(&news) }
        return news
    }

    private func take(_ since: FolderChanges, into news: inout News) async throws(StoreError) {
        let old = since.changed.prefix { $0.uid < uidNext }.filter { told[$0.uid] != $0.modSequence }
        let new = since.changed.drop { $0.uid < uidNext }
        if !old.isEmpty || !since.expunged.isEmpty {
            let list = try await uids()
            for message in old {
                guard let index = list.index(of: message.uid) else { continue }
                news.changed.append((index + 1, message))
            }
            untold = UIDSet(ranges: untold.ranges + since.expunged.ranges.filter { $0.lowerBound < uidNext.value })
        }
        for message in new { list?.append(message.uid) }
        count += new.count
        news.hasNew = !new.isEmpty
        told.removeAll()
        highest = max(highest, since.highest)
        let first = uidNext
        uidNext = max(uidNext, since.folder.uidNext)
        guard news.hasNew else { return }
        do {
            if isReadOnly {
                let mark = try await account.select(folder, claimRecent: false)
                try await claim(from: max(first, mark.recentFrom), to: uidNext)
            } else {
                let mark = try await account.select(folder, claimRecent: true)
                try await claim(from: max(first, mark.recentFrom), to: max(uidNext, mark.folder.uidNext))
            }
        } catch {
            // It cannot be noted who was told first: then the messages are not recent here. That there are new ones stands.
        }
    }

    private func tell(_ news: inout News) async throws(StoreError) {
        var list = try await uids()
        let gone = list.intersection(untold)
        news.expunged = gone.reversed().compactMap { list.index(of: $0).map { $0 + 1 } }
        let lost = gone.count { isRecent($0) }
        list.remove(untold)
        self.list = list
        recentCount -= lost
        count = list.count
        untold = UIDSet(ranges: [])
    }
}
