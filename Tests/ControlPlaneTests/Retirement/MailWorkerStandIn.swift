import ControlPlane
import Directory
import LocalSocket
import Logging
import Mail
import NIOCore
import Store
import Upkeep

/// The mail worker's side of the admin socket: the real store of an example host, or any table.
struct MailWorkerStandIn {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    let store: MailStore

    /// Runs `body` beside a worker with the real store; the host must have a generation.
    static func running(_ host: ExampleHost, _ body: (MailWorkerStandIn) async throws -> Void) async throws {
        let store = try MailStore(StoreOptions(root: host.folders.data + "/accounts", role: .mail), logger: quiet)
        let current = try await CurrentGeneration(folder: host.folders.generations, logger: quiet)
        var table = QuestionTable()
        store.answerUpkeep(in: &table, under: current)
        try await answering(table, host) { try await body(MailWorkerStandIn(store: store)) }
        await store.shutdown()
    }

    static func answering(_ table: QuestionTable, _ host: ExampleHost, _ body: () async throws -> Void) async throws {
        let server = LocalServer(path: host.folders.mailSocket, table: table, logger: quiet)
        let listening = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do { try await server.run { listening.continuation.yield() } } catch is CancellationError {}
            }
            for await _ in listening.stream { break }
            try await body()
            group.cancelAll()
        }
    }

    /// Puts one message into an account's inbox.
    func file(_ text: String, into id: AccountID) async throws {
        let account = try await store.account(id)
        let inbox = try await account.folder(.inbox).id
        _ = try await account.append(NewMessage(MessageSource(ByteBuffer(string: text))), to: inbox, quota: nil)
    }
}
