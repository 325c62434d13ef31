import ArgumentParser
import ControlPlane
import LocalSocket

/// `malaposta status`: how the host is.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how the host is.", discussion: "Exits 1 where a program is down or has a problem.")

    /// How long a program may take to say how it is.
    private static let deadline: Duration = .seconds(3)

    @OptionGroup var host: HostOptions
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let folders = HostFolders(data: host.data, run: host.runFolder, configuration: host.configuration)
        let report = StatusReport(
            control: try await ControlClient(folders).status(),
            workers: [await worker("malaposta-mail", "mail-health.sock"), await worker("malaposta-web", "web-health.sock")])
        if json { try printJSON(report) } else { print(report.text) }
        if !report.isFine { throw ExitStatus.errors }
    }

    private func worker(_ name: String, _ socket: String) async -> WorkerStatus {
        let client = LocalClient(path: "\(host.runFolder)/\(socket)")
        do { return WorkerStatus(try await client.ask(HealthQuestion(), within: Self.deadline)) } catch {
            return WorkerStatus(down: name, because: "\(error)")
        }
    }
}

/// What `status --json` prints.
struct StatusReport: Encodable {
    let schema = 1
    let control: ControlPlaneStatus
    let workers: [WorkerStatus]

    var isFine: Bool { workers.allSatisfy { $0.state == "healthy" } }

    var text: String {
        var lines = workers.map(\.line)
        lines += workers.flatMap { worker in worker.problems.map { "  \(worker.name): \($0)" } }
        lines.append("")
        lines.append("generation  " + (control.generation == 0 ? "none yet; run 'malaposta apply'" : "\(control.generation)"))
        lines.append("tenants     \(control.tenants)")
        lines.append("accounts    \(accounts)")
        lines.append("files       \(drift)")
        if let next = control.nextStep { lines += ["", "Next: \(next)."] }
        return lines.joined(separator: "\n")
    }

    private var accounts: String {
        var words = [
            control.users == 1 ? "1 user" : "\(control.users) users",
            control.sharedMailboxes == 1 ? "1 shared mailbox" : "\(control.sharedMailboxes) shared mailboxes",
        ]
        if control.suspended > 0 { words.append("\(control.suspended) suspended") }
        if control.retired > 0 { words.append("\(control.retired) retired") }
        return words.joined(separator: ", ")
    }

    private var drift: String {
        if control.fileErrors > 0 {
            return "\(control.fileErrors) errors; 'malaposta check' shows them, what was applied stays in force"
        }
        if control.drift.isEmpty { return "as applied" }
        let names = control.drift.prefix(3).joined(separator: ", ") + (control.drift.count > 3 ? ", ..." : "")
        return "changed since they were applied (\(names)); 'malaposta plan' shows what that means"
    }
}

/// One program's part of `status`.
struct WorkerStatus: Encodable {
    let name: String
    let state: String
    let processID: Int32?
    let generation: Int?
    let problems: [String]
    let figures: [String: Int]

    init(_ health: Health) {
        name = health.program
        state = health.state.rawValue
        processID = health.processID
        generation = health.generation
        problems = health.problems
        figures = health.figures
    }

    init(down name: String, because reason: String) {
        self.name = name
        state = "down"
        processID = nil
        generation = nil
        problems = ["\(reason); start the host with 'malaposta supervise', or see its log"]
        figures = [:]
    }

    var line: String {
        var words = [name.padded(to: 16) + state.padded(to: 10)]
        if let processID { words.append("pid \(processID)") }
        if let generation { words.append("generation \(generation)") }
        words += figures.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return words.joined(separator: "  ")
    }
}
