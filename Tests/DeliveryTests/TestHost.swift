import Directory
import DirectoryTestSupport
import Foundation
import LocalSocket
import Mail
import NIOCore
import SMTPServer

@testable import Delivery

/// A delivery service over mailboxes in memory, with a clock set by hand.
struct TestHost {
    let folder: TemporaryFolder
    let clock: TestClock
    let mailboxes: MemoryMailboxes
    let tenants: ExampleTenants
    let current: CurrentGeneration

    init(_ change: (inout GenerationContent) -> Void = { _ in }) throws {
        folder = try TemporaryFolder()
        clock = TestClock()
        mailboxes = MemoryMailboxes()
        tenants = try ExampleTenants()
        var content = try tenants.content
        change(&content)
        current = CurrentGeneration(Generation(number: 1, content: content))
    }

    /// Runs a service for as long as `body` runs.
    func run<Result>(
        files: any SpoolFileSystem = DiskFileSystem(), _ body: (DeliveryService) async throws -> Result
    ) async throws -> Result {
        let service = try service(files)
        let task = Task { try await service.run() }
        do {
            let result = try await body(service)
            task.cancel()
            try await task.value
            return result
        } catch {
            task.cancel()
            _ = await task.result
            throw error
        }
    }

    func service(_ files: any SpoolFileSystem = DiskFileSystem()) throws -> DeliveryService {
        var limits = SpoolLimits()
        limits.lazyCommit = 5
        limits.freeDisk = 0
        var delivery = DeliveryLimits()
        delivery.flushPause = .zero
        delivery.tick = .milliseconds(2)
        return try DeliveryService(
            spoolFolder: folder.path, mailboxes: mailboxes, generation: current, templates: Self.templates, limits: limits,
            delivery: delivery, files: files, logger: quiet, clock: clock.microseconds)
    }

    static var templates: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("templates/mail").path
    }
}

extension DeliveryService {
    /// Hands a message over as an SMTP session does.
    @discardableResult
    func send(
        _ text: String = "Subject: hello\r\n\r\nHi.\r\n", from sender: String?, to recipients: [EnvelopeRecipient],
        account: DirectoryAccount? = nil, holdUntil: Int64? = nil, sentCopy: Bool = false, full: Bool = false
    ) async throws -> QueueID {
        var envelope = Envelope(sender: try sender.map { try address($0) }, recipients: recipients, returnsFullMessage: full)
        envelope.envelopeID = "env-1"
        let facts = SessionFacts(
            session: "s1", door: account == nil ? .mx : .local, account: account, holdUntil: holdUntil, filesSentCopy: sentCopy)
        let sink = try await receiver.begin(envelope, declaredSize: nil, facts).get()
        try await sink.write(octets(text))
        return try await sink.finish()
    }

    func items() -> [QueueItem] { queue.list(QueueListQuestion()).entries }

    /// Waits until something is so; false where it does not become so, see `Spool.until`.
    func until(_ isTrue: () throws -> Bool) async rethrows -> Bool { try await receiver.spool.until(isTrue) }
}

func recipient(_ text: String, _ notify: DSNNotify = .failure) throws -> EnvelopeRecipient {
    EnvelopeRecipient(try address(text), notify: notify)
}
