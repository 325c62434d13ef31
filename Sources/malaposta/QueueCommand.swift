import ArgumentParser
import Delivery
import FoundationEssentials
import LocalSocket
import Logging

/// `malaposta queue`: the messages that wait in the spool.
struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Look at messages that wait, and decide about them.",
        discussion:
            "Asks the mail worker; where that is down, reads and changes the spool itself while nobody else can, and says so.",
        subcommands: [
            QueueListCommand.self, QueueShowCommand.self, QueueHoldCommand.self, QueueReleaseCommand.self, QueueRetryCommand.self,
            QueueDropCommand.self,
        ])
}

/// `malaposta queue list`.
struct QueueListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the messages that wait, oldest first.")

    @OptionGroup var host: HostOptions
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let items = try await SpoolAccess(host).use { queue in
            var items: [QueueItem] = []
            while true {
                let page = try await queue.list(QueueListQuestion(after: items.last?.id))
                items += page.entries
                guard page.isMore, !page.entries.isEmpty else { return items }
            }
        }
        if json { return try printJSON(QueueListing(schema: 1, messages: items)) }
        let now = Int64(Date().timeIntervalSince1970)
        for item in items { print(item.line(now: now)) }
        print(items.count == 1 ? "1 message waits" : "\(items.count) messages wait")
    }
}

/// `malaposta queue show ID`.
struct QueueShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a message's envelope, attempts and header.")

    @OptionGroup var host: HostOptions
    @Flag(help: "Print JSON.") var json = false
    @Argument(help: "The message's id, as 'queue list' shows it.") var id: String

    mutating func run() async throws {
        let id = id
        let detail = try await SpoolAccess(host).use { try await $0.show(QueueShowQuestion(id: id)) }
        if json { try printJSON(QueueShown(schema: 1, message: detail)) } else { print(detail.text) }
    }
}

/// `malaposta queue hold ID...`.
struct QueueHoldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold", abstract: "Keep messages from being tried until released.")
    @OptionGroup var change: QueueChangeOptions
    mutating func run() async throws { try await change.run(.hold, "held") }
}

/// `malaposta queue release ID...`.
struct QueueReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Free messages that are held, also crashed ones, and try them at once.")
    @OptionGroup var change: QueueChangeOptions
    mutating func run() async throws { try await change.run(.release, "released") }
}

/// `malaposta queue retry ID...`.
struct QueueRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Try messages at once that wait for their time.")
    @OptionGroup var change: QueueChangeOptions
    mutating func run() async throws { try await change.run(.retry, "tried now") }
}

/// `malaposta queue drop ID... --yes`.
struct QueueDropCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop", abstract: "Delete messages that wait, for good; nobody is told.")

    @OptionGroup var change: QueueChangeOptions
    @Flag(help: "Really delete them.") var yes = false

    mutating func run() async throws {
        guard yes else {
            let count = change.ids.count == 1 ? "1 message" : "\(change.ids.count) messages"
            throw ValidationError("This deletes \(count) for good and tells nobody; add --yes if that is meant.")
        }
        try await change.run(.drop, "dropped")
    }
}

/// What the commands that change something share.
struct QueueChangeOptions: ParsableArguments {
    @OptionGroup var host: HostOptions
    @Flag(help: "Print JSON.") var json = false
    @Argument(help: ArgumentHelp("Ids of messages, as 'queue list' shows them.", valueName: "id")) var ids: [String]

    /// Exits 1 where a message is not there.
    func run(_ change: QueueChangeQuestion.Change, _ done: String) async throws {
        let answer = try await SpoolAccess(host).use { try await $0.change(QueueChangeQuestion(change, ids: ids)) }
        if json {
            try printJSON(QueueChanged(schema: 1, change: change.rawValue, changed: answer.changed, unknown: answer.unknown))
        } else {
            for id in answer.changed { print("\(id)  \(done)") }
            for id in answer.unknown { print("\(id)  there is no such message in the queue") }
        }
        if !answer.unknown.isEmpty { throw ExitStatus.errors }
    }
}

private struct QueueListing: Encodable {
    let schema: Int
    let messages: [QueueItem]
}

private struct QueueShown: Encodable {
    let schema: Int
    let message: QueueDetail
}

private struct QueueChanged: Encodable {
    let schema: Int
    let change: String
    let changed: [String]
    let unknown: [String]
}
