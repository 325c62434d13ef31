import ArgumentParser
import ControlPlane

/// `malaposta rollback [N]`: puts earlier files in force.
struct RollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Put the files of an earlier generation in force.",
        discussion: """
            Makes a new generation of the files that were applied then; passwords and suspensions set by commands stay. The \
            files in the configuration folder are not touched: 'plan' shows how they differ.
            """)

    @OptionGroup var host: HostOptions
    @Argument(help: "The generation; without it the newest one before that was made of other files.") var generation: Int?
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let (folders, generation) = (host.folders, generation)
        let outcome = try await told { try await ControlClient(folders).rollback(to: generation) }
        if json {
            try printJSON(ShownOutcome(schema: 1, generation: outcome.generation, plan: outcome.plan))
        } else {
            if let plan = outcome.plan, !plan.lines.isEmpty { print(plan.text) }
            print(outcome.text)
        }
    }
}
