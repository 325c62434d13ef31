import ArgumentParser
import FoundationEssentials

/// Where a host's files lie: the same options on every command.
struct HostOptions: ParsableArguments {
    /// As given with the command; nil where it was not.
    @Option(
        name: .customLong("configuration"),
        help: ArgumentHelp("The folder of the configuration files (default: /etc/malaposta).", valueName: "folder"))
    var configurationFolder: String?

    @Option(help: ArgumentHelp("The folder of mail, spool and generations.", valueName: "folder"))
    var data: String = Self.ownData

    @Option(help: ArgumentHelp("The folder of the programs' sockets: DATA/run where that exists.", valueName: "folder"))
    var run: String?

    /// Where nothing is given with the command.
    static var ownData: String { ProcessInfo.processInfo.environment["MALAPOSTA_DATA"] ?? "/var/lib/malaposta" }

    /// Where the configuration files are.
    var configuration: String {
        configurationFolder ?? ProcessInfo.processInfo.environment["MALAPOSTA_CONFIGURATION"] ?? "/etc/malaposta"
    }

    /// Where the programs' sockets are: what was said, else those of `supervise` in the data folder, else systemd's place.
    var runFolder: String {
        if let run { return run }
        if let run = ProcessInfo.processInfo.environment["MALAPOSTA_RUN"] { return run }
        let own = data + "/run"
        return FileManager.default.fileExists(atPath: own) ? own : "/run/malaposta"
    }

    /// Runs before the command does.
    func validate() throws { try HostIdentity.take(for: Array(CommandLine.arguments.dropFirst()), data: data) }
}

/// Exit statuses of every command.
enum ExitStatus {
    static let errors = ExitCode(1)
    static let changesPending = ExitCode(2)
    static let brake = ExitCode(3)
}
