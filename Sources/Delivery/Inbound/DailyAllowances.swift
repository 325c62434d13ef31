package import Directory
internal import Mail
internal import NIOConcurrencyHelpers

/// What accounts have sent today (UTC), one counted for each recipient.
package final class DailyAllowances: Sendable {
    private struct State {
        var day: Int64 = 0
        var sent: [AccountID: Int] = [:]

        func allows(_ account: DirectoryAccount, recipients: Int) -> Bool {
            sent[account.id, default: 0] + recipients <= account.messagesPerDay
        }
    }

    private let now: @Sendable () -> Int64
    private let log: SentLog?
    private let state: NIOLockedValueBox<State>

    /// - Parameter now: seconds since 1970.
    package convenience init(now: @escaping @Sendable () -> Int64) { self.init(log: nil, now: now) }

    /// Goes on with what the log has of today; blocks while it is read.
    init(log: SentLog?, now: @escaping @Sendable () -> Int64) {
        self.now = now
        self.log = log
        let day = now() / 86_400
        state = NIOLockedValueBox(State(day: day, sent: log?.sent(on: day) ?? [:]))
        log?.forget(besides: day)
    }

    package func allows(_ account: DirectoryAccount, recipients: Int) -> Bool {
        today { $0.allows(account, recipients: recipients) }
    }

    /// Takes so many recipients out of the account's day for a message that is on its way; nil where too few are left. Messages
    /// that come at the same time see each other's.
    package func take(_ account: DirectoryAccount, recipients: Int) -> DayShare? {
        let day = today { state -> Int64? in
            guard state.allows(account, recipients: recipients) else { return nil }
            state.sent[account.id, default: 0] += recipients
            return state.day
        }
        return day.map { DayShare(account: account.id, recipients: recipients, day: $0, of: self) }
    }

    fileprivate func note(_ share: DayShare) { log?.add(share.account, recipients: share.recipients, on: share.day) }

    fileprivate func takeBack(_ share: DayShare) {
        state.withLockedValue { state in
            if state.day == share.day { state.sent[share.account, default: 0] -= share.recipients }
        }
    }

    private func today<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
        let day = now() / 86_400
        let (result, isNew) = state.withLockedValue { state in
            let isNew = state.day != day
            if isNew { state = State(day: day) }
            return (body(&state), isNew)
        }
        if isNew { log?.forget(besides: day) }
        return result
    }
}

/// A message's part of its sender's day; it goes back where the message is not taken.
package final class DayShare: Sendable {
    fileprivate let account: AccountID
    fileprivate let recipients: Int
    /// Days since 1970.
    fileprivate let day: Int64
    private let allowances: DailyAllowances
    private let isUsed = NIOLockedValueBox(false)

    fileprivate init(account: AccountID, recipients: Int, day: Int64, of allowances: DailyAllowances) {
        (self.account, self.recipients, self.day, self.allowances) = (account, recipients, day, allowances)
    }

    /// The message is taken.
    package func use() {
        isUsed.withLockedValue { $0 = true }
        allowances.note(self)
    }

    deinit { if !isUsed.withLockedValue({ $0 }) { allowances.takeBack(self) } }
}
