import Glibc
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import LocalSocket

private struct Double: Question {
    static let name = "double"
    struct Answer: Codable, Sendable { var value: Int }
    var value: Int
}

private struct Never42: Question {
    static let name = "never"
    struct Answer: Codable, Sendable {}
}

private struct Rang: Notice {
    static let name = "rang"
    var times: Int
}

@Suite("Questions over a unix socket") struct LocalSocketTests {
    @Test func manyQuestionsShareOneConnection() async throws {
        try await withServer { server, client in
            try await withThrowingTaskGroup(of: (Int, Int).self) { group in
                for value in 0..<500 { group.addTask { (value, try await client.ask(Double(value: value)).value) } }
                for try await (asked, answered) in group { #expect(answered == 2 * asked) }
            }
        }
    }

    @Test func aRefusalKeepsItsCodeAndReason() async throws {
        try await withServer { _, client in
            let error = try await #require(throws: LocalSocketError.self) { _ = try await client.ask(Double(value: -1)) }
            guard case .refused(let refusal) = error else { throw error }
            #expect(refusal == Refusal(code: "negative", reason: "only numbers from 0 are doubled"))
        }
    }

    @Test func anUnknownQuestionIsRefused() async throws {
        struct Unknown: Question {
            static let name = "unknown"
            struct Answer: Codable, Sendable {}
        }
        try await withServer { _, client in
            let error = try await #require(throws: LocalSocketError.self) { _ = try await client.ask(Unknown()) }
            guard case .refused(let refusal) = error else { throw error }
            #expect(refusal.code == "unknown-question")
        }
    }

    @Test func aSilentServerMeetsTheDeadline() async throws {
        try await withServer { _, client in
            let error = try await #require(throws: LocalSocketError.self) {
                _ = try await client.ask(Never42(), within: .milliseconds(50))
            }
            guard case .deadlinePassed = error else { throw error }
        }
    }

    @Test func nobodyListening() async throws {
        let client = LocalClient(path: "/tmp/malaposta-nobody-listens.sock")
        let error = try await #require(throws: LocalSocketError.self) { _ = try await client.ask(Double(value: 1)) }
        guard case .unreachable = error else { throw error }
    }

    @Test func aStrangerWhoListensIsToldNothing() async throws {
        try await withServer { server, _ in
            let client = LocalClient(path: server.path, servers: PeerPolicy(exactly: [4_000_000_000]))
            let error = try await #require(throws: LocalSocketError.self) { _ = try await client.ask(Double(value: 1)) }
            guard case .stranger = error else { throw error }
        }
    }

    /// Each socket is one program's.
    @Test(arguments: [
        ("/run/malaposta/auth.sock", [11]), ("/run/malaposta/control.sock", [11]), ("/run/malaposta/mail-admin.sock", [12]),
        ("/run/malaposta/submission.sock", [12]), ("/run/malaposta-sendmail.sock", [12]),
        ("/run/malaposta/web-health.sock", [13]), ("/run/other.sock", []),
    ]) func whoMayAnswer(path: String, users: [UInt32]) {
        let policy = PeerPolicy.answering(at: path, HostUsers(control: 11, mail: 12, web: 13))
        for user in UInt32(11)...13 {
            #expect(policy.allows(Peer(processID: 1, userID: user, groupID: 1)) == users.contains(user))
        }
        for user in [0, geteuid()] { #expect(policy.allows(Peer(processID: 1, userID: user, groupID: 1))) }
    }

    @Test func noticesReachWhoeverStaysConnected() async throws {
        try await withServer { server, client in
            let (stream, heard) = AsyncStream.makeStream(of: Int.self)
            client.onNotice(Rang.self) { heard.yield($0.times) }
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await client.stayConnected {
                        _ = try? await client.ask(Double(value: 1)); await server.tell(Rang(times: 3))
                    }
                }
                var iterator = stream.makeAsyncIterator()
                #expect(await iterator.next() == 3)
                group.cancelAll()
            }
        }
    }

    @Test func aFrameOverTheLimitEndsTheConnection() async throws {
        try await withServer { server, _ in
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(unixDomainSocketPath: server.path).get()
            try await channel.writeAndFlush(ByteBuffer(bytes: [0x7f, 0xff, 0xff, 0xff]))
            try await channel.closeFuture.get()
        }
    }

    private func withServer(_ body: (LocalServer, LocalClient) async throws -> Void) async throws {
        var table = QuestionTable()
        table.answer(Double.self) { asked, _ in
            guard asked.value >= 0 else { throw Refusal(code: "negative", reason: "only numbers from 0 are doubled") }
            return Double.Answer(value: 2 * asked.value)
        }
        table.answer(Never42.self) { _, _ in
            try await Task.sleep(for: .seconds(3600))
            return Never42.Answer()
        }
        let path = "/tmp/malaposta-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).sock"
        let server = LocalServer(path: path, table: table, logger: Logger(label: "test"))
        let (ready, signal) = AsyncStream.makeStream(of: Void.self)
        let running = Task { try await server.run { signal.yield() } }
        var iterator = ready.makeAsyncIterator()
        await iterator.next()
        defer { running.cancel() }
        try await body(server, LocalClient(path: path))
    }
}
