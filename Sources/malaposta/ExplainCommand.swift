import ArgumentParser
import ControlPlane
import Directory
import Mail

/// `malaposta explain`: what happens to mail, step by step.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say what happens to mail for an address, step by step.",
        discussion: """
            By what is in force; with --configuration by those files as they stand, before they are applied. \
            Exits 0 where the mail is taken, 1 where it is refused.
            """)

    @OptionGroup var host: HostOptions
    @Argument(help: "The address that mail is for.") var address: String?
    @Option(help: ArgumentHelp("Who sends; with --to.", valueName: "address")) var from: String?
    @Option(help: ArgumentHelp("Who receives; with --from.", valueName: "address")) var to: String?
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        let isPassage = from != nil && to != nil && address == nil
        guard isPassage || address != nil && from == nil && to == nil else {
            throw ValidationError("Name one address, or --from and --to.")
        }
    }

    mutating func run() async throws {
        let explainer = try await explainer()
        if let address {
            let explanation = try await explainer.explain(read(address))
            try show(explanation, explanation.text, explanation.isTaken)
        } else if let from, let to {
            let explanation = try await explainer.explain(from: read(from), to: read(to))
            try show(explanation, explanation.text, explanation.isTaken)
        }
    }

    private func explainer() async throws -> Explainer {
        let worker = MailWorker(host.folders)
        let generation =
            if let candidate = host.configurationFolder {
                try await told { try await host.control.candidate(configuration: absolute(candidate)) }
            } else { try await host.generation() }
        return Explainer(generation) { await worker.usage(of: $0) }
    }

    private func read(_ text: String) throws -> Address {
        do { return try Address(text) } catch { throw ValidationError("\(text) is not an address: \(error)") }
    }

    private func show(_ explanation: some Encodable, _ text: String, _ isTaken: Bool) throws {
        if json { try printJSON(explanation) } else { print(text) }
        if !isTaken { throw ExitStatus.errors }
    }
}
