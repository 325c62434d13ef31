import Directory
import DirectoryTestSupport
import LocalSocket
import Mail
import NIOConcurrencyHelpers
import SMTPServer
import Testing

@testable import Delivery

@Suite("What operators and Undo ask") struct QueueTests {
    @Test func holdsReleasesAndDrops() async throws {
        let host = try TestHost()
        host.mailboxes.state.withLockedValue { $0.failure = .notNow(cause: "busy") }
        try await host.run { service in
            let first = try await service.send(from: nil, to: [recipient("ana@acme.example")]).text
            let second = try await service.send(from: nil, to: [recipient("info@acme.example")]).text
            #expect(await service.until { service.items().map(\.state) == [.waiting, .waiting] })
            #expect(try await service.queue.change(QueueChangeQuestion(.hold, ids: [first, "nonsense"])).unknown == ["nonsense"])
            host.mailboxes.state.withLockedValue { $0.failure = nil }
            #expect(try await service.queue.change(QueueChangeQuestion(.retry, ids: [first, second])).changed.count == 2)
            #expect(await service.until { service.items().map(\.id) == [first] })
            #expect(service.items().first?.state == .held)
            let shown = try await service.queue.show(QueueShowQuestion(id: first))
            #expect(shown.header == "Subject: hello\r\n" && shown.door == "mx" && shown.routes.map(\.outcome) == ["pending"])
            #expect(try await service.queue.change(QueueChangeQuestion(.drop, ids: [first])).changed == [first])
            #expect(service.items().isEmpty && host.mailboxes.messages(host.tenants.ana.id).isEmpty)
            await #expect(throws: LocalSocket.Refusal.self) { try await service.queue.show(QueueShowQuestion(id: first)) }
        }
        let spool = try Spool(folder: host.folder.path, logger: quiet, clock: host.clock.microseconds)
        #expect(spool.entries.isEmpty)
        await spool.close()
    }

    @Test func undoInTime() async throws {
        let host = try TestHost()
        let ana = host.tenants.ana
        try await host.run { service in
            let id = try await service.send(
                from: "ana@acme.example", to: [recipient("info@acme.example")], account: ana, holdUntil: host.clock.seconds + 10,
                sentCopy: true
            ).text
            #expect(await service.until { !host.mailboxes.messages(ana.id, in: .sent).isEmpty })
            #expect(host.mailboxes.messages(ana.id, in: .sent).first?.flags == .seen)
            #expect(host.mailboxes.messages(ana.id, in: .sent).first?.text == "Subject: hello\r\n\r\nHi.\r\n")
            #expect(service.items().first?.state == .delayed || service.items().first?.state == .active)
            let stranger = QueueCancelQuestion(id: id, account: host.tenants.eve.id.hex)
            #expect(try await service.queue.cancel(stranger) == .tooLate)
            #expect(try await service.queue.cancel(QueueCancelQuestion(id: id, account: ana.id.hex)) == .cancelled)
            #expect(host.mailboxes.messages(ana.id, in: .sent).isEmpty && service.items().isEmpty)
            host.clock.advance(seconds: 11)
            #expect(try await service.queue.cancel(QueueCancelQuestion(id: id, account: ana.id.hex)) == .tooLate)
        }
        #expect(host.mailboxes.messages(host.tenants.info.id).isEmpty)
    }

    @Test func undoTooLate() async throws {
        let host = try TestHost()
        let ana = host.tenants.ana
        try await host.run { service in
            let id = try await service.send(
                from: "ana@acme.example", to: [recipient("info@acme.example")], account: ana, holdUntil: host.clock.seconds + 10,
                sentCopy: true
            ).text
            #expect(await service.until { service.items().first?.nextAttempt != nil })
            #expect(host.mailboxes.messages(host.tenants.info.id).isEmpty)
            host.clock.advance(seconds: 11)
            #expect(await service.until { service.items().isEmpty })
            #expect(host.mailboxes.messages(host.tenants.info.id).count == 1)
            #expect(host.mailboxes.messages(ana.id, in: .sent).count == 1)
            #expect(try await service.queue.cancel(QueueCancelQuestion(id: id, account: ana.id.hex)) == .tooLate)
        }
    }

    @Test func heldBackSurvivesARestart() async throws {
        let host = try TestHost()
        let ana = host.tenants.ana
        let id = try await host.run { service in
            let id = try await service.send(
                from: "ana@acme.example", to: [recipient("info@acme.example")], account: ana, holdUntil: host.clock.seconds + 100,
                sentCopy: true
            ).text
            #expect(await service.until { service.items().first?.nextAttempt != nil })
            return id
        }
        try await host.run { service in
            #expect(service.items().map(\.id) == [id])
            let answer = try await service.queue.cancel(QueueCancelQuestion(id: id, account: ana.id.hex))
            #expect(answer == .cancelled)
            #expect(host.mailboxes.messages(ana.id, in: .sent).isEmpty)
        }
    }

    @Test func answersWithoutTheWorker() async throws {
        let host = try TestHost()
        let spool = try Spool(folder: host.folder.path, logger: quiet, clock: host.clock.microseconds)
        let entry = try await spool.accept(octets("Subject: x\r\n\r\n"))
        let queue = Queue(spool)
        #expect(queue.list(QueueListQuestion()).entries.map(\.id) == [entry.id.text])
        #expect(try await queue.change(QueueChangeQuestion(.hold, ids: [entry.id.text])).changed == [entry.id.text])
        await spool.close()
        try await host.run { service in
            #expect(service.items().map(\.state) == [.held])
        }
    }
}
