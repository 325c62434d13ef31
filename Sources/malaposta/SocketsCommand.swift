import ArgumentParser
import ControlPlane
import Directory
import Logging
import MailConfiguration
import Systemd

/// `malaposta sockets`: systemd's sockets as malaposta.yaml wants them.
struct SocketsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sockets", abstract: "Have systemd's sockets listen where the generation in force says; needs root.",
        discussion: "malaposta-sockets.service does this after an apply that changes listeners.", shouldDisplay: false)

    @OptionGroup var host: HostOptions
    @Option(help: ArgumentHelp("The folder of systemd's units.", valueName: "folder")) var units = "/etc/systemd/system"

    mutating func run() async throws {
        Journal.takeLogsIfThere()
        let logger = Logger(label: "malaposta")
        let listeners = try await host.generation().host.listeners
        let outcome = try await SocketAddresses(folder: units).bring(to: listeners)
        for unit in outcome.changed { logger.notice("socket listens where malaposta.yaml says", metadata: ["unit": "\(unit)"]) }
        for problem in outcome.problems { logger.error("\(problem)") }
    }
}
