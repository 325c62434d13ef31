internal import Mail
package import MailConfiguration
internal import SQL

/// Judges whether so many removals at once are meant.
package struct Brake: Sendable {
    package var settings: DirectoryBrake

    package init(_ settings: DirectoryBrake) { self.settings = settings }

    /// How long removals count together, so that many small ones are seen as one. In seconds.
    package static let window: Int64 = 3600

    /// - Parameters:
    ///   - removed: what goes now.
    ///   - recent: what has gone within the window already.
    ///   - all: what there was before both.
    package func holds(removed: Int, recent: Int = 0, all: Int) -> Bool {
        let total = removed + recent
        guard removed > 0, total > DirectoryBrake.alwaysFree else { return false }
        return total > settings.accounts || total * 100 > settings.percent * all
    }

    /// What is held back, where anything is.
    func held(_ difference: SnapshotDifference, recent: RecentRemovals, at now: Int64) -> HeldRemoval? {
        func sum(_ counts: [DirectoryNames.Kind: Int], _ kinds: [DirectoryNames.Kind]) -> Int {
            kinds.reduce(0) { $0 + counts[$1, default: 0] }
        }
        let accounts = sum(difference.removed, [.user, .shared])
        let others = sum(difference.removed, [.group, .alias])
        let allAccounts = sum(difference.present, [.user, .shared])
        let allOthers = sum(difference.present, [.group, .alias])
        guard
            holds(removed: accounts, recent: recent.accounts, all: allAccounts + recent.accounts)
                || holds(removed: others, recent: recent.others, all: allOthers + recent.others)
        else { return nil }
        return HeldRemoval(accounts: accounts, others: others, allAccounts: allAccounts, allOthers: allOthers, since: now)
    }
}

/// What has gone within the brake's window.
struct RecentRemovals: Sendable, Equatable {
    var accounts = 0
    /// Groups and aliases.
    var others = 0
}

extension SnapshotDatabase {
    /// What has gone within the brake's window, since removals were allowed last.
    func recentlyMissing(_ state: DirectoryState, at now: Int64) throws -> RecentRemovals {
        let since = max(now - Brake.window, state.allowedAt ?? 0)
        return try connection.first(
            """
            SELECT COUNT(*), COALESCE(SUM(CASE WHEN kind IN ('user', 'shared') THEN 1 ELSE 0 END), 0) FROM object
            WHERE tenant = $1 AND directory = $2 AND missing_since > 0 AND missing_since > $3
            """, .text(state.tenant.text), .text(state.directory), .integer(since)
        ) { row in
            let (all, accounts) = (Int(row.integer(0)), Int(row.integer(1)))
            return RecentRemovals(accounts: accounts, others: all - accounts)
        } ?? RecentRemovals()
    }
}
