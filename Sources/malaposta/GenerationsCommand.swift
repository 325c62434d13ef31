import ArgumentParser
import ControlPlane

/// `malaposta generations`: what was applied, newest first.
struct GenerationsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generations", abstract: "List the generations that can be gone back to.")

    @OptionGroup var host: HostOptions
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let generations = try await told { try await host.control.generations() }
        if json {
            try printJSON(ShownGenerations(schema: 1, generations: generations))
        } else if generations.isEmpty {
            print("Nothing has been applied yet.")
        } else {
            for generation in generations { print(generation.text) }
        }
    }
}

private struct ShownGenerations: Encodable {
    let schema: Int
    let generations: [GenerationEntry]
}
