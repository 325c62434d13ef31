package import Mail
package import Upkeep

/// The mail that goes with a retired account, and when.
package struct PlannedDeletion: Codable, Hashable, Sendable {
    package var account: AccountID
    /// Seconds since 1970: the end of the grace period.
    package var after: Int64
    /// Nil where the mail worker did not say.
    package var usage: AccountUsage?

    /// `1.2 GB deleted on 2027-01-09`.
    var note: String {
        let day = CalendarDay.text(after)
        guard let usage else { return "its mail deleted on \(day), size unknown: no word from the mail worker" }
        return usage.messages == 0 ? "it has no mail" : "\(ByteCount(usage.octets)) deleted on \(day)"
    }
}

extension Plan {
    /// The same plan with the sizes of what it deletes, as far as the mail worker says them.
    package func measured(by worker: MailWorker) async -> Plan {
        let accounts = lines.compactMap(\.deletion?.account)
        guard !accounts.isEmpty else { return self }
        let usage = await worker.usage(of: accounts)
        var plan = self
        for index in plan.lines.indices {
            guard let account = plan.lines[index].deletion?.account else { continue }
            plan.lines[index].deletion?.usage = usage[account]
        }
        return plan
    }
}
