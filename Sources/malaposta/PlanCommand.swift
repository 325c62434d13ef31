import ArgumentParser
import ControlPlane

/// `malaposta plan`: what an apply would do to the mail; changes nothing.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show what 'apply' would change for the mail.",
        discussion: "Exits 2 where there is something to apply, 0 where there is nothing, 1 where the files have errors.")

    @OptionGroup var host: HostOptions
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let plan = try await told { try await ControlClient(host.folders).plan() }
        if json {
            try printJSON(ShownPlan(schema: 1, plan: plan))
        } else {
            print(plan.text)
        }
        if !plan.isEmpty { throw ExitStatus.changesPending }
    }
}

private struct ShownPlan: Encodable {
    let schema: Int
    let plan: Plan
}
