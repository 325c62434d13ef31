import Delivery
import FoundationEssentials
import LocalSocket
import Logging

/// The way to the queue: through the mail worker's socket, or straight to the spool where the worker is down.
struct SpoolAccess {
    private let socket: String
    private let folder: String

    init(_ host: HostOptions) {
        socket = "\(host.runFolder)/mail-admin.sock"
        folder = "\(host.data)/spool"
    }

    /// Calls `body` with the queue.
    ///
    /// - Throws: a sentence for people, and what `body` throws.
    func use<Answer>(_ body: (any QueueAnswering) async throws -> Answer) async throws -> Answer {
        do {
            return try await body(RemoteQueue(client: LocalClient(path: socket)))
        } catch LocalSocketError.unreachable {
            return try await useOwn(body)
        }
    }

    private func useOwn<Answer>(_ body: (any QueueAnswering) async throws -> Answer) async throws -> Answer {
        guard FileManager.default.fileExists(atPath: folder) else {
            throw SpoolAccessError("nobody answers at \(socket), and there is no spool at \(folder); is --data right?")
        }
        let spool: Spool
        do {
            spool = try Spool(folder: folder, logger: Logger(label: "malaposta"), clock: SpoolClock.microseconds)
        } catch .inUse {
            throw SpoolAccessError(
                "nobody answers at \(socket), yet the spool is in use; is --run right, or is the mail worker starting?")
        }
        StandardError.line("malaposta-mail is down; using the spool at \(folder) itself")
        for finding in spool.findings { StandardError.line("damaged: \(finding)") }
        do {
            let answer = try await body(Queue(spool))
            await spool.close()
            return answer
        } catch {
            await spool.close()
            throw error
        }
    }
}

struct SpoolAccessError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Asks the mail worker.
private struct RemoteQueue: QueueAnswering {
    private static let deadline: Duration = .seconds(30)
    let client: LocalClient

    func list(_ question: QueueListQuestion) async throws -> QueueListQuestion.Answer {
        try await client.ask(question, within: Self.deadline)
    }
    func show(_ question: QueueShowQuestion) async throws -> QueueDetail { try await client.ask(question, within: Self.deadline) }
    func change(_ question: QueueChangeQuestion) async throws -> QueueChangeQuestion.Answer {
        try await client.ask(question, within: Self.deadline)
    }
}
