import ControlPlane
import LocalSocket
import Mail
import Store
import TestSupport
import Testing
import Upkeep

@Suite("Plans say what is deleted, and when") struct PlannedDeletionTests {
    private let host: ExampleHost
    private let control: HostControl

    init() throws {
        host = try ExampleHost()
        // 2026-12-10 12:00 UTC
        control = HostControl(host.folders) { 1_796_904_000 }
    }

    /// The line for a user that leaves, with what a mail worker says of it.
    private func line(_ usage: @escaping @Sendable (AccountID) -> AccountUsage?) async throws -> String {
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
        try host.accounts { $0.replacing("  - id: old\n    address: old@acme.example\n    name: Old One\n", with: "") }
        let plan = try await control.plan(configuration: host.folders.configuration)
        var table = QuestionTable()
        table.answer(UsageQuestion.self) { question, _ in UsageQuestion.Answer(accounts: question.accounts.compactMap(usage)) }
        var shown = ""
        try await MailWorkerStandIn.answering(table, host) {
            shown = await plan.measured(by: MailWorker(host.folders)).text
        }
        return String(shown.prefix { $0 != "\n" })
    }

    @Test func theSizeAndTheDay() async throws {
        #expect(
            try await line { AccountUsage(account: $0, octets: 1_288_490_189, messages: 4_000) }
                == "- user    old@acme.example   login off now; mail to it answers 550 now; 1.2 GB deleted on 2027-01-09")
    }

    @Test func noMail() async throws {
        #expect(
            try await line { AccountUsage(account: $0, octets: 0, messages: 0) }
                == "- user    old@acme.example   login off now; mail to it answers 550 now; it has no mail")
    }

    @Test func anAccountThatCannotBeRead() async throws {
        #expect(
            try await line { _ in nil } == """
                - user    old@acme.example   login off now; mail to it answers 550 now; its mail deleted on 2027-01-09, size \
                unknown: no word from the mail worker
                """)
    }

    @Test func aTenantThatLeavesKeepsItsMailAsLongAsItSaid() async throws {
        try host.write("tenants/acme/tenant.yaml", ExampleHost.tenant.replacing("30d", with: "60d"))
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
        try host.remove("tenants/acme")
        let plan = try await control.plan(configuration: host.folders.configuration)
        #expect(plan.lines.compactMap(\.deletion?.after) == Array(repeating: 1_796_904_000 + 60 * 86_400, count: 4))
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
        let later = HostControl(host.folders) { 1_796_904_000 + 59 * 86_400 }
        #expect(try await later.status().retired == 0)
        try await MailWorkerStandIn.running(host) { worker in
            let id = try #require(plan.lines.compactMap(\.deletion?.account).first)
            try await worker.file("Subject: kept\r\n\r\n", into: id)
            let log = RecordedLog()
            #expect(await PurgeRounds(later, MailWorker(host.folders), logger: log.logger).round() == .done)
            #expect(log.lines.isEmpty)
            let over = HostControl(host.folders) { 1_796_904_000 + 60 * 86_400 }
            #expect(await PurgeRounds(over, MailWorker(host.folders), logger: log.logger).round() == .done)
            #expect(log.lines.count == 4)
            #expect(try await worker.store.exists(id) == false)
        }
    }

    @Test func aPlanAsksTheWorkerItself() async throws {
        #expect(try await ControlClient(host.folders).plan().counts.add == 9)
    }

    @Test func aQuestionHasALimit() async throws {
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
        try await MailWorkerStandIn.running(host) { _ in
            let client = LocalClient(path: host.folders.mailSocket)
            let ids = (1...UsageQuestion.mostAccounts).map { AccountID(UInt128($0)) }
            let answer = try await client.ask(UsageQuestion(accounts: ids))
            #expect(answer.accounts.count == ids.count)
            await #expect(throws: LocalSocketError.self) {
                try await client.ask(UsageQuestion(accounts: ids + [AccountID(UInt128(0))]))
            }
        }
    }
}
