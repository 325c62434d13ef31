import Directory
import DirectoryTestSupport
import Foundation
import Mail
import Testing

@testable import Delivery

@Suite("What was sent today outlives a restart") struct SentLogTests {
    private let folder: TemporaryFolder
    private let ana = AccountID(1)
    private let rui = AccountID(2)

    init() throws { folder = try TemporaryFolder() }

    private func log() -> SentLog { SentLog(folder: folder.path, logger: quiet) }

    /// The log's thread works in order: what was asked before is done when this returns.
    private func settled(_ log: SentLog) async { await log.settled() }

    @Test func countsGoOnAndOtherDaysAreForgotten() async throws {
        let first = log()
        #expect(first.sent(on: 20).isEmpty)
        first.add(ana, recipients: 3, on: 20)
        first.add(rui, recipients: 1, on: 20)
        first.add(ana, recipients: 2, on: 20)
        first.add(ana, recipients: 9, on: 19)
        await settled(first)
        let second = log()
        #expect(second.sent(on: 20) == [ana: 5, rui: 1])
        second.forget(besides: 20)
        await settled(second)
        #expect(try folder.names("") == ["sent-20"])
    }

    @Test func aTornRecordIsLeftOut() async throws {
        let first = log()
        first.add(ana, recipients: 3, on: 20)
        await settled(first)
        let path = folder.path + "/sent-20"
        let octets = try Data(contentsOf: URL(fileURLWithPath: path))
        try (octets + octets.prefix(7)).write(to: URL(fileURLWithPath: path))
        #expect(log().sent(on: 20) == [ana: 3])
    }

    @Test func allowancesTakeOver() async throws {
        let account = DirectoryAccount(
            id: ana, tenant: try TenantID("acme"), tenantName: "Acme", address: try address("ana@acme.example"),
            displayName: "Ana",
            limits: AccountLimits(messagesPerDay: 5))
        let first = log()
        let today = DailyAllowances(log: first, now: { 20 * 86_400 })
        let share = today.take(account, recipients: 4)
        // A message that is on its way counts, and no more once it is not taken.
        #expect(today.take(account, recipients: 2) == nil && !today.allows(account, recipients: 2))
        var other = today.take(account, recipients: 1)
        #expect(other != nil && !today.allows(account, recipients: 1))
        other = nil
        #expect(today.allows(account, recipients: 1))
        share?.use()
        await settled(first)
        let again = DailyAllowances(log: log(), now: { 20 * 86_400 + 60 })
        #expect(again.allows(account, recipients: 1) && !again.allows(account, recipients: 2))
        #expect(DailyAllowances(log: log(), now: { 21 * 86_400 }).allows(account, recipients: 5))
    }
}
