package import Directory
internal import Mail
internal import NIOConcurrencyHelpers

/// What accounts have sent today (UTC), one counted for each recipient; begins anew with the process.
package final class DailyAllowances: Sendable {
    private struct State {
        var day: Int64 = 0
        var sent: [AccountID: Int] = [:]
    }

    private let now: @Sendable () -> Int64
    private let state = NIOLockedValueBox(State())

    /// - Parameter now: seconds since 1970.
    package init(now: @escaping @Sendable () -> Int64) { self.now = now }

    package func allows(_ account: DirectoryAccount, recipients: Int) -> Bool {
        today { $0[account.id, default: 0] + recipients <= account.messagesPerDay }
    }

    package func count(_ account: DirectoryAccount, recipients: Int) { today { $0[account.id, default: 0] += recipients } }

    private func today<Result: Sendable>(_ body: (inout [AccountID: Int]) -> Result) -> Result {
        let day = now() / 86_400
        return state.withLockedValue { state in
            if state.day != day { state = State(day: day) }
            return body(&state.sent)
        }
    }
}
