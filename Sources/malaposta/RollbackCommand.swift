import ArgumentParser
import ControlPlane

/// `malaposta rollback [N]`: puts earlier files in force.
struct RollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Put the files of an earlier generation in force.",
        discussion: """
            Shows what that changes and asks, unless --yes is given. Makes a new generation of the files that were applied \
            then; passwords and suspensions set by commands stay. The files in the configuration folder are not touched: \
            'plan' shows how they differ.
            """)

    @OptionGroup var host: HostOptions
    @Argument(help: "The generation; without it the newest one before that was made of other files.") var generation: Int?
    @Flag(help: "Do not ask.") var yes = false
    @Flag(help: "Print JSON; does not ask, and needs --yes.") var json = false

    func validate() throws {
        guard !json || yes else { throw ValidationError("--json does not ask: give --yes too.") }
    }

    mutating func run() async throws {
        let (folders, generation) = (host.folders, generation)
        let plan = try await told { try await ControlClient(folders).rollbackPlan(to: generation) }
        if !json { print(plan.text) }
        guard !plan.isEmpty else {
            if json { try printJSON(ShownOutcome(schema: 1, generation: plan.generation, plan: nil)) }
            return
        }
        guard yes || confirmed("Go back to this?") else { throw CommandRefusal("Nothing was changed.") }
        let outcome = try await told { try await ControlClient(folders).rollback(to: generation, plan: plan.id) }
        try outcome.show(json: json)
    }
}
