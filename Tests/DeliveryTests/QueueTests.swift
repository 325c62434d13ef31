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
            let id = try await service.sendHeld(host)
            #expect(await service.until { !host.mailboxes.messages(ana.id, in: .sent).isEmpty })
            #expect(host.mailboxes.messages(ana.id, in: .sent).first?.flags == .seen)
            #expect(host.mailboxes.messages(ana.id, in: .sent).first?.text == "Subject: hello\r\n\r\nHi.\r\n")
            #expect(service.items().first?.state == .delayed || service.items().first?.state == .active)
            let stranger = QueueCancelQuestion(id: id, account: host.tenants.eve.id.hex)
            #expect(await service.queue.cancel(stranger) == .tooLate)
            #expect(await service.queue.cancel(QueueCancelQuestion(id: id, account: ana.id.hex)) == .cancelled)
            #expect(host.mailboxes.messages(ana.id, in: .sent).isEmpty && service.items().isEmpty)
            // Whoever did not hear the answer asks again; a stranger hears nothing of it.
            host.clock.advance(seconds: 11)
            #expect(await service.queue.cancel(QueueCancelQuestion(id: id, account: ana.id.hex)) == .cancelled)
            #expect(await service.queue.cancel(stranger) == .tooLate)
        }
        #expect(host.mailboxes.messages(host.tenants.info.id).isEmpty)
    }

    @Test func undoWithoutItsSentCopy() async throws {
        let host = try TestHost()
        let ana = host.tenants.ana
        try await host.run { service in
            let id = try await service.sendHeld(host)
            #expect(await service.until { !host.mailboxes.messages(ana.id, in: .sent).isEmpty })
            host.mailboxes.state.withLockedValue { $0.failsRemoval = true }
            #expect(await service.queue.cancel(QueueCancelQuestion(id: id, account: ana.id.hex)) == .cancelled)
            #expect(service.items().isEmpty && host.mailboxes.messages(ana.id, in: .sent).count == 1)
        }
        #expect(host.mailboxes.messages(host.tenants.info.id).isEmpty)
    }

    @Test func undoThatTheDiskDoesNotNote() async throws {
        let (host, files) = (try TestHost(), FaultyFileSystem())
        let question = try await host.run(files: files) { service in
            let id = try await service.sendHeld(host)
            #expect(await service.until { !host.mailboxes.messages(host.tenants.ana.id, in: .sent).isEmpty })
            let question = QueueCancelQuestion(id: id, account: host.tenants.ana.id.hex)
            files.faults.withLockedValue { $0.failsAtWrite = $0.writes + 1 }
            #expect(await service.queue.cancel(question) == .unknown)
            #expect(await service.queue.cancel(question) == .unknown)
            #expect(service.items().isEmpty)
            files.repair()
            return question
        }
        // There was room again before the end.
        host.clock.advance(seconds: 11)
        try await host.run { service in
            #expect(service.items().isEmpty)
            #expect(await service.queue.cancel(question) == .tooLate)
        }
        #expect(host.mailboxes.messages(host.tenants.info.id).isEmpty)
    }

    @Test func undoTooLate() async throws {
        let host = try TestHost()
        let ana = host.tenants.ana
        try await host.run { service in
            let id = try await service.sendHeld(host)
            #expect(await service.until { service.items().first?.nextAttempt != nil })
            #expect(host.mailboxes.messages(host.tenants.info.id).isEmpty)
            host.clock.advance(seconds: 11)
            #expect(await service.until { service.items().isEmpty })
            #expect(host.mailboxes.messages(host.tenants.info.id).count == 1)
            #expect(host.mailboxes.messages(ana.id, in: .sent).count == 1)
            #expect(await service.queue.cancel(QueueCancelQuestion(id: id, account: ana.id.hex)) == .tooLate)
        }
    }

    @Test func heldBackSurvivesARestart() async throws {
        let host = try TestHost()
        let ana = host.tenants.ana
        let id = try await host.run { service in
            let id = try await service.sendHeld(host, for: 100)
            #expect(await service.until { service.items().first?.nextAttempt != nil })
            return id
        }
        try await host.run { service in
            #expect(service.items().map(\.id) == [id])
            let answer = await service.queue.cancel(QueueCancelQuestion(id: id, account: ana.id.hex))
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

extension DeliveryService {
    /// Hands a message of ana's to info over as the web does, and gives its id.
    fileprivate func sendHeld(_ host: TestHost, for seconds: Int64 = 10) async throws -> String {
        try await send(
            from: "ana@acme.example", to: [recipient("info@acme.example")], account: host.tenants.ana,
            holdUntil: host.clock.seconds + seconds, sentCopy: true
        ).text
    }
}
