import ControlPlane
import Directory
import LocalSocket
import Mail
import Store
import Synchronization
import TestSupport
import Testing
import Upkeep

@Suite("Retired mail is deleted when its time is over", .timeLimit(.minutes(10))) struct PurgeTests {
    private let host: ExampleHost
    private let control: HostControl
    private let log = RecordedLog()
    private let clock = ApplyTests.Clock()
    private let old: AccountID

    private static let message = "Subject: kept\r\n\r\nKept.\r\n"
    private static let oldUser = "  - id: old\n    address: old@acme.example\n    name: Old One\n"
    private static let day: Int64 = 86_400

    init() throws {
        host = try ExampleHost()
        let clock = clock
        control = HostControl(host.folders) { clock.now.load(ordering: .relaxed) }
        old = try AccountIdentity(tenant: TenantID("acme"), stableID: "old").accountID
    }

    private var rounds: PurgeRounds { PurgeRounds(control, MailWorker(host.folders), logger: log.logger) }

    @discardableResult
    private func apply(isOldThere: Bool) async throws -> HostControl.Outcome {
        try host.accounts { isOldThere ? $0 : $0.replacing(Self.oldUser, with: "") }
        return try await control.apply(configuration: host.folders.configuration, plan: nil)
    }

    private func pass(days: Int64) { clock.now.add(days * Self.day, ordering: .relaxed) }

    /// A host whose account `old` has a message and a password set by a command, and a mail worker.
    private func withMail(_ body: (MailWorkerStandIn) async throws -> Void) async throws {
        try await apply(isOldThere: true)
        _ = try await control.setPassword(hash: ExampleHost.hash, of: "old@acme.example")
        try await MailWorkerStandIn.running(host) { worker in
            try await worker.file(Self.message, into: old)
            try await body(worker)
        }
    }

    private var deletedLine: String {
        "notice: mail of a retired account deleted account=\(old.hex) address=old@acme.example octets=\(Self.message.utf8.count)"
    }

    @Test func afterTheGracePeriodAndNotBefore() async throws {
        try await withMail { worker in
            try await apply(isOldThere: false)
            pass(days: 29)
            #expect(await rounds.round() == .done)
            #expect(try await worker.store.exists(old))
            pass(days: 1)
            #expect(await rounds.round() == .done)
            #expect(try await worker.store.exists(old) == false)
            #expect(try await worker.store.accountsOnDisk() == [])
            // Once is enough.
            #expect(await rounds.round() == .done)
            #expect(log.lines == [deletedLine])
        }
    }

    @Test func whoComesBackInTimeHasItsMail() async throws {
        try await withMail { worker in
            try await apply(isOldThere: false)
            pass(days: 29)
            let plan = try await #require(apply(isOldThere: true).plan)
            #expect(plan.lines.first?.notes.first == "comes back with its mail")
            pass(days: 29)
            #expect(await rounds.round() == .done)
            #expect(
                try await worker.store.usage(of: old)
                    == AccountUsage(account: old, octets: Self.message.utf8.count, messages: 1))
            #expect(try await control.user("old@acme.example").password == .command)
            #expect(log.lines.isEmpty)
        }
    }

    @Test func whoComesBackLaterIsSomebodyNew() async throws {
        try await withMail { worker in
            try await apply(isOldThere: false)
            pass(days: 31)
            #expect(await rounds.round() == .done)
            let plan = try await #require(apply(isOldThere: true).plan)
            #expect(plan.lines.map(\.notes) == [["no login before 'user password'"]])
            #expect(try await worker.store.usage(of: old) == AccountUsage(account: old, octets: 0, messages: 0))
            #expect(try await control.user("old@acme.example").password == .none)
        }
    }

    @Test func withoutTheMailWorkerItWaits() async throws {
        try await withMail { _ in
            try await apply(isOldThere: false)
            pass(days: 31)
        }
        #expect(await rounds.round() == .interrupted)
        try await MailWorkerStandIn.running(host) { worker in
            #expect(await rounds.round() == .done)
            let isThere = try await worker.store.exists(old)
            #expect(!isThere)
        }
        #expect(log.lines == [deletedLine])
    }

    @Test func stoppedBetweenDeletionAndRecordItIsDoneAgain() async throws {
        try await withMail { worker in
            try await apply(isOldThere: false)
            pass(days: 31)
            try await worker.store.remove(old)
            #expect(await rounds.round() == .done)
            #expect(await rounds.round() == .done)
            #expect(log.lines.count == 1)
            #expect(log.lines.first?.hasSuffix(" octets=0") == true)
        }
    }

    @Test func theMailWorkerRefusesWhatItsGenerationHasInUse() async throws {
        try await withMail { worker in
            let client = LocalClient(path: host.folders.mailSocket)
            func refusal(generation: Int) async -> String? {
                do {
                    _ = try await client.ask(PurgeAccountQuestion(account: old, generation: generation))
                    return nil
                } catch LocalSocketError.refused(let refusal) {
                    return refusal.code
                } catch { return "\(error)" }
            }
            #expect(await refusal(generation: 1) == "account-in-use")
            #expect(await refusal(generation: 2) == "other-generation")
            _ = try await control.suspend("old@acme.example")
            #expect(await refusal(generation: 2) == "account-in-use")
            try await apply(isOldThere: false)
            // What the asker saw is not in force any more, and here that is known without waiting.
            #expect(await refusal(generation: 2) == "other-generation")
            #expect(try await worker.store.exists(old))
            #expect(await refusal(generation: 3) == nil)
            #expect(try await worker.store.exists(old) == false)
        }
    }

    /// A retirement that was noted and never came into force deletes nothing, and does not shorten a later one.
    @Test func aRecordOfAChangeThatStoppedDeletesNothing() async throws {
        try await withMail { worker in
            try await apply(isOldThere: false)
            try GenerationWriter(host.folders.generations).publish(1)
            pass(days: 40)
            #expect(await rounds.round() == .done)
            #expect(try await worker.store.exists(old))
            try await apply(isOldThere: false)
            pass(days: 29)
            #expect(await rounds.round() == .done)
            #expect(try await worker.store.exists(old))
            pass(days: 1)
            #expect(await rounds.round() == .done)
            #expect(try await worker.store.exists(old) == false)
        }
    }

    @Test func nothingChangesTheHostWhileMailIsDeleted() async throws {
        try await apply(isOldThere: true)
        try await apply(isOldThere: false)
        pass(days: 31)
        try host.accounts { $0 }
        let refusals = Mutex<[String]>([])
        let (other, configuration) = (HostControl(host.folders), host.folders.configuration)
        var table = QuestionTable()
        table.answer(PurgeAccountQuestion.self) { question, _ in
            do { _ = try await other.apply(configuration: configuration, plan: nil) } catch let error as ControlError {
                refusals.withLock { $0.append("\(error.code) \(question.generation)") }
            }
            throw Refusal(code: "busy", reason: "the account is busy")
        }
        try await MailWorkerStandIn.answering(table, host) {
            #expect(await rounds.round() == .done)
            #expect(refusals.withLock { $0 } == ["busy 2"])
            // Refused, it stays due.
            #expect(await rounds.round() == .done)
            #expect(refusals.withLock { $0.count } == 2)
        }
        #expect(
            log.lines.first == """
                error: mail of a retired account was not deleted; it is tried again in an hour account=\(old.hex) \
                address=old@acme.example cause=the account is busy
                """)
    }

    @Test func roundsComeHourlyAndSoonerAfterAnInterruption() async throws {
        try await withMail { _ in
            try await apply(isOldThere: false)
            pass(days: 31)
        }
        let pauses = Mutex<[Duration]>([])
        let clock = clock
        let rounds = PurgeRounds(control, MailWorker(host.folders), logger: log.logger) { pause in
            let count = pauses.withLock { pauses in
                pauses.append(pause)
                return pauses.count
            }
            // The account is not due any more the second time.
            clock.now.add(-10 * Self.day, ordering: .relaxed)
            if count == 2 { throw CancellationError() }
        }
        await rounds.run()
        #expect(pauses.withLock { $0 } == [PurgeRounds.retry, PurgeRounds.pause])
    }
}
