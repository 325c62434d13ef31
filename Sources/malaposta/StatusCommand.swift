import ArgumentParser
import ControlPlane

/// `malaposta status`: how the host is.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how the host is, and what cures what is wrong.",
        discussion: """
            Exits 1 where there is a problem, 3 where it is only a brake that waits for a word, 2 where the files differ from what \
            is applied, else 0. Warnings leave it at that.
            """)

    @OptionGroup var host: HostOptions
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let status = try await told { try await ControlClient(host.folders).hostStatus() }
        if json { try printJSON(status) } else { print(status.text) }
        guard status.isFine else { throw status.isHeldByBrakeAlone ? ExitStatus.brake : ExitStatus.errors }
        guard status.control.drift.isEmpty, status.control.fileErrors == 0 else { throw ExitStatus.changesPending }
    }
}
