import ArgumentParser
import ControlPlane
import Glibc

/// `malaposta apply`: puts the files in force.
struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Put the configuration files in force.",
        discussion: """
            Shows the plan and asks, unless the plan is named or --yes is given. A plan that was seen is applied as it was, or \
            not at all: when files have changed since, nothing is done. Exits 0 when it is in force or there is nothing to do, 1 \
            also when it is in force and a socket cannot listen as it says.
            """)

    @OptionGroup var host: HostOptions
    @Option(help: ArgumentHelp("The plan that was seen; nothing is done if it would be another now.", valueName: "id"))
    var plan: String?
    @Flag(help: "Do not ask.") var yes = false
    @Flag(help: "Print JSON; does not ask, and needs --yes or --plan.") var json = false

    func validate() throws {
        guard !json || yes || plan != nil else { throw ValidationError("--json does not ask: give --yes or --plan too.") }
    }

    mutating func run() async throws {
        let folders = host.folders
        let wanted = try await plan == nil ? seen() : plan
        guard let wanted else { return }
        let outcome = try await told { try await ControlClient(folders).apply(plan: wanted) }
        try outcome.show(json: json)
    }

    /// The id of the plan that the operator agreed to; nil where there is nothing to do.
    private func seen() async throws -> String? {
        let plan = try await told { try await ControlClient(host.folders).plan() }
        guard !plan.isEmpty else {
            if json {
                try printJSON(ShownOutcome(schema: 1, generation: plan.generation, plan: nil))
            } else {
                print(plan.text)
            }
            return nil
        }
        if json { return plan.id }
        print(plan.text)
        guard yes || confirmed("Apply this?") else { throw CommandRefusal("Nothing was changed.") }
        return plan.id
    }
}

struct ShownOutcome: Encodable {
    let schema: Int
    let generation: Int
    /// Nil where there was nothing to do.
    let plan: Plan?
    /// What does not follow although it is in force, each with its cure.
    var problems: [String] = []
}

extension HostControl.Outcome {
    /// - Throws: the exit status where something does not follow.
    func show(json: Bool) throws {
        let problems = problems ?? []
        if json {
            try printJSON(ShownOutcome(schema: 1, generation: generation, plan: plan, problems: problems))
        } else {
            print(text)
        }
        if !problems.isEmpty { throw ExitStatus.errors }
    }
}

/// Asks at the terminal; without one the answer is no.
func confirmed(_ question: String) -> Bool {
    guard isatty(STDIN_FILENO) == 1 else { return false }
    print("\(question) [y/N] ", terminator: "")
    fflush(nil)
    return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
}
