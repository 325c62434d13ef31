import Foundation
import LocalSocket
import Logging
import NIOCore
import NIOPosix
import Synchronization

@testable import Webmail

/// Stands in for the mail worker: takes messages at `submission.sock`, and says at `mail-admin.sock` what became of Undo.
final class TestMailWorker: Sendable {
    struct State: Sendable {
        /// Addresses that are refused.
        var refused: Set<String> = []
        /// What Undo hears; nil is no answer at all.
        var answer: TakeBackQuestion.Answer? = .cancelled
        /// The last reply; empty where the connection ends instead.
        var reply = "250 2.0.0 Ok: queued as 0123456789a"
        /// Runs when a message has come, before it is taken over.
        var whenTaken: @Sendable () throws -> Void = {}
        var taken = 0
    }

    let state = Mutex(State())

    /// Runs one at a site's sockets for as long as `body` runs.
    static func at(_ site: TestSite, _ body: (TestMailWorker) async throws -> Void) async throws {
        let worker = TestMailWorker()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(unixDomainSocketPath: "\(site.folder)/submission.sock") { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        var table = QuestionTable()
        table.answer(TakeBackQuestion.self) { _, _ in
            guard let answer = worker.state.withLock({ $0.answer }) else { throw Refusal(code: "failed", reason: "out of order") }
            return answer
        }
        let admin = LocalServer(path: "\(site.folder)/mail-admin.sock", table: table, logger: site.web.logger)
        let (listening, started) = AsyncStream.makeStream(of: Void.self)
        let running = Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await admin.run(listening: { started.finish() }) }
                group.addTask {
                    try await server.executeThenClose { connections in
                        for try await connection in connections { try? await worker.serve(connection) }
                    }
                }
                _ = try await group.next()
                group.cancelAll()
            }
        }
        for await _ in listening {}
        defer { running.cancel() }
        try await body(worker)
    }

    // MARK: SMTP, as far as the web's client speaks it

    private struct Dialogue {
        var text = ""
        var isData = false
    }

    private func serve(_ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async throws {
        try await connection.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: "220 worker\r\n"))
            var dialogue = Dialogue()
            for try await octets in inbound {
                dialogue.text += String(buffer: octets)
                while let reply = try reply(&dialogue) {
                    guard !reply.isEmpty else { return }
                    try await outbound.write(ByteBuffer(string: reply + "\r\n"))
                }
            }
        }
    }

    /// The reply to the next command, or to the message; nil where it has not come yet.
    private func reply(_ dialogue: inout Dialogue) throws -> String? {
        guard let end = dialogue.text.range(of: dialogue.isData ? "\r\n.\r\n" : "\r\n", options: .literal) else { return nil }
        let line = String(dialogue.text[..<end.lowerBound])
        dialogue.text.removeSubrange(..<end.upperBound)
        if dialogue.isData {
            dialogue.isData = false
            let (whenTaken, reply) = state.withLock { state in
                state.taken += 1
                return (state.whenTaken, state.reply)
            }
            try whenTaken()
            return reply
        }
        if line.hasPrefix("EHLO") {
            return "250-worker\r\n250-AUTH EXTERNAL\r\n250-FUTURERELEASE 10 2026-11-24T00:00:00Z\r\n250 XSENT"
        }
        if line.hasPrefix("AUTH") { return "235 2.7.0 Welcome" }
        if line.hasPrefix("RCPT") {
            let isRefused = state.withLock { state in state.refused.contains { line.contains("<\($0)>") } }
            return isRefused ? "550 5.7.1 Not from here" : "250 2.1.5 Ok"
        }
        if line.hasPrefix("DATA") {
            dialogue.isData = true
            return "354 Go on"
        }
        return "250 2.0.0 Ok"
    }
}
