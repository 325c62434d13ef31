package import Directory
internal import Mail
internal import NIOConcurrencyHelpers

/// What accounts have sent today (UTC), one counted for each recipient.
package final class DailyAllowances: Sendable {
    private struct State {
        var day: Int64 = 0
        var sent: [AccountID: Int] = [:]
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
        today { $0[account.id, default: 0] + recipients <= account.messagesPerDay }
    }

    package func count(_ account: DirectoryAccount, recipients: Int) {
        log?.add(account.id, recipients: recipients, on: now() / 86_400)
        today { $0[account.id, default: 0] += recipients }
    }

    private func today<Result: Sendable>(_ body: (inout [AccountID: Int]) -> Result) -> Result {
        let day = now() / 86_400
        let (result, isNew) = state.withLockedValue { state in
            let isNew = state.day != day
            if isNew { state = State(day: day) }
            return (body(&state.sent), isNew)
        }
        if isNew { log?.forget(besides: day) }
        return result
    }
}
