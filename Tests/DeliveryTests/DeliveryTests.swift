import Directory
import DirectoryTestSupport
import Foundation
import Mail
import NIOConcurrencyHelpers
import NIOCore
import SMTP
import SMTPServer
import Testing

@testable import Delivery

@Suite("From the spool to mailboxes") struct DeliveryTests {
    /// The larger one has a file of its own in the spool.
    @Test(arguments: [1, 60_000]) func filesWithTraceLines(times: Int) async throws {
        let message = "Subject: hello\r\n\r\n" + String(repeating: "Hi.\r\n", count: times)
        let host = try TestHost()
        try await host.run { service in
            try await service.send(message, from: "eve@globex.example", to: [recipient("ana+news@acme.example")])
            #expect(await service.until { service.items().isEmpty })
            let lines = "Return-Path: <eve@globex.example>\r\nDelivered-To: ana+news@acme.example\r\n"
            #expect(host.mailboxes.messages(host.tenants.ana.id).map(\.text) == [lines + message])
            #expect(host.mailboxes.state.withLockedValue { $0.flushes } >= 1)
        }
        let spool = try Spool(folder: host.folder.path, logger: quiet, clock: host.clock.microseconds)
        #expect(spool.entries.isEmpty)
        await spool.close()
    }

    @Test func eachCopyHasItsOwnTraceLines() async throws {
        let message = "Subject: hello\r\n\r\n" + String(repeating: "Hi.\r\n", count: 60_000)
        let host = try TestHost()
        try await host.run { service in
            try await service.send(message, from: nil, to: [recipient("ana@acme.example"), recipient("eve@globex.example")])
            #expect(await service.until { service.items().isEmpty })
            for (account, address) in [(host.tenants.ana, "ana@acme.example"), (host.tenants.eve, "eve@globex.example")] {
                let lines = "Return-Path: <>\r\nDelivered-To: \(address)\r\n"
                #expect(host.mailboxes.messages(account.id).map(\.text) == [lines + message])
            }
        }
    }

    /// A group that is not for everybody stays so for what another tenant's alias leads there; its sender hears of it.
    @Test(arguments: ["staff@acme.example", "inner@acme.example"])
    func noTenantOpensAnothersGroup(target: String) async throws {
        let group = try address(target)
        let host = try TestHost { content in
            guard let alias = try? address("insider@globex.example") else { return }
            content.tenants[1].routes.append(AddressRoute(alias, .alias([group])))
            content.tenants[1].routes.sort { $0.address < $1.address }
        }
        try await host.run { service in
            let insider = try recipient("insider@globex.example")
            try await service.send(from: "eve@globex.example", to: [insider], account: host.tenants.eve)
            _ = await service.until { !host.mailboxes.messages(host.tenants.eve.id).isEmpty }
            #expect(host.mailboxes.messages(host.tenants.eve.id).count == 1)
            try await service.send(from: "ana@acme.example", to: [insider])
            _ = await service.until { service.items().isEmpty }
            for account in [host.tenants.ana, host.tenants.info, host.tenants.rui] {
                #expect(host.mailboxes.messages(account.id).count == (account.id == host.tenants.ana.id ? 1 : 0))
            }
        }
    }

    /// Who gets a copy, by the local parts of acme.example; suspended Rui's mail waits for him.
    @Test(arguments: [
        ("ana@acme.example", ["ana"]), ("A.Conceicao@acme.example", ["ana"]), ("ana@acme-old.example", ["ana"]),
        ("whoever@all.acme.example", ["ana"]), ("team@acme.example", ["ana", "info", "rui"]),
        ("inner@acme.example", ["ana", "info", "rui"]), ("sales@acme.example", ["ana", "eve"]),
        ("spy@globex.example", ["ana", "info", "rui"]),
    ])
    func follows(recipientText: String, to expected: [String]) async throws {
        let host = try TestHost()
        try await host.run { service in
            try await service.send(from: nil, to: [recipient(recipientText), recipient(recipientText)])
            let all = [
                "ana": host.tenants.ana.id, "eve": host.tenants.eve.id, "info": host.tenants.info.id, "rui": host.tenants.rui.id,
            ]
            _ = await service.until {
                expected.allSatisfy { name in all[name].map { !host.mailboxes.messages($0).isEmpty } ?? false }
            }
            for (name, id) in all { #expect(host.mailboxes.messages(id).count == (expected.contains(name) ? 1 : 0), "\(name)") }
        }
    }

    @Test func waitsForTheRelay() async throws {
        let host = try TestHost()
        try await host.run { service in
            try await service.send(from: "ana@acme.example", to: [recipient("x@else.example")], account: host.tenants.ana)
            #expect(await service.until { service.items().first?.state == .waiting })
            let item = try #require(service.items().first)
            #expect(item.reason == "waiting: no relay in this version")
            #expect(item.recipients == ["x@else.example"] && item.sender == "ana@acme.example")
            host.clock.advance(seconds: 5 * 86_400)
            #expect(await service.until { service.items().isEmpty })
            let notice = try #require(host.mailboxes.messages(host.tenants.ana.id).first)
            #expect(notice.text.contains("Status: 4.4.7"))
        }
    }

    @Test func triesAgainWhatTheStoreCannotTake() async throws {
        let host = try TestHost()
        host.mailboxes.state.withLockedValue { $0.failure = .notNow(cause: "busy") }
        try await host.run { service in
            try await service.send(from: nil, to: [recipient("ana@acme.example")])
            #expect(await service.until { service.items().first?.state == .waiting })
            #expect(service.items().first?.reason == "the mailbox cannot be written to now")
            host.mailboxes.state.withLockedValue { $0.failure = nil }
            host.clock.advance(seconds: 6)
            #expect(await service.until { service.items().isEmpty }, "\(service.items())")
            #expect(host.mailboxes.messages(host.tenants.ana.id).count == 1)
        }
    }

    @Test func deliversOnceOverACrash() async throws {
        let host = try TestHost()
        host.mailboxes.state.withLockedValue { $0.failsFlush = true }
        await #expect(throws: SpoolFailure.broken) {
            try await host.run { service in
                for _ in 0..<5 { try await service.send(from: nil, to: [recipient("team@acme.example")]) }
                #expect(await service.until { service.problems.contains { $0.hasPrefix("no mail is accepted") } })
            }
        }
        host.mailboxes.state.withLockedValue { $0.failsFlush = false }
        try await host.run { service in
            #expect(await service.until { service.items().isEmpty })
        }
        for account in [host.tenants.ana, host.tenants.info, host.tenants.rui] {
            let ids = host.mailboxes.messages(account.id).map(\.deliveryID)
            #expect(Set(ids).count == ids.count && ids.count <= 5 && ids.count >= 1)
        }
    }

    @Test func manyGoInBatches() async throws {
        let host = try TestHost()
        try await host.run { service in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<200 {
                    group.addTask { try await service.send(from: nil, to: [recipient("ana@acme.example")]) }
                }
                try await group.waitForAll()
            }
            #expect(await service.until { service.items().isEmpty })
            #expect(host.mailboxes.messages(host.tenants.ana.id).count == 200)
        }
    }

    @Test func triesSuspectsAloneAndHoldsTheGuilty() async throws {
        let host = try TestHost()
        let spool = try Spool(folder: host.folder.path, logger: quiet, clock: host.clock.microseconds)
        for text in ["guilty", "innocent"] {
            let entry = try await spool.accept(octets("Subject: \(text)\r\n\r\n"), to: ["ana@acme.example"])
            entry.update { $0.crashes = text == "guilty" ? 1 : 0 }
            try await spool.note(entry)
        }
        await spool.close()
        try Data("x".utf8).write(to: URL(fileURLWithPath: host.folder.path + "/crash"))
        try await host.run { service in
            #expect(await service.until { service.items().map(\.state) == [.crashed] })
            #expect(service.items().first?.reason == "its last two attempts did not end")
            let id = try #require(service.items().first?.id)
            #expect(try await service.queue.change(QueueChangeQuestion(.release, ids: [id])).changed == [id])
            #expect(await service.until { service.items().isEmpty })
        }
        #expect(!CrashMark.isSet(at: host.folder.path + "/crash"))
    }

    @Test func refusesAFullMailboxUnlessTheTrashMakesRoom() async throws {
        let host = try TestHost { $0.tenants[0].accounts[0].quota = ByteCount(1_000) }
        let service = try host.service()
        let envelope = Envelope(sender: nil)
        let ana = try recipient("ana@acme.example")
        let facts = SessionFacts(session: "s", door: .mx)
        let targets = [ExpandedTarget.account(host.tenants.ana.id, detail: nil, as: host.tenants.ana.address)]
        host.mailboxes.state.withLockedValue { $0.usage = MailboxUsage(used: 1_000, purgeable: 1) }
        #expect(await service.receiver.admit(ana, to: envelope, targets: targets, facts) == .accepted)
        host.clock.advance(seconds: 10)
        host.mailboxes.state.withLockedValue { $0.usage = MailboxUsage(used: 1_000, purgeable: 0) }
        guard case .refused(let refusal) = await service.receiver.admit(ana, to: envelope, targets: targets, facts) else {
            Issue.record("a full mailbox was accepted")
            return
        }
        #expect(refusal.reply.description == "552 5.2.2 The mailbox is full")
        let stopping = Task { try await service.run() }
        stopping.cancel()
        _ = await stopping.result
    }
}
