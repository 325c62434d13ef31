import ArgumentParser
import MailConfiguration

/// `malaposta check`: reads the files and says what is wrong with them, changing nothing.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check the configuration files.",
        discussion:
            "Shows all that is wrong at once, each with its place; else what the files declare. Exits 1 where there are errors.")

    @OptionGroup var host: HostOptions

    @Argument(help: "The configuration folder, instead of --configuration.", completion: .directory)
    var path: String?

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let folder = path ?? host.configuration
        let report = CheckReport(ConfigurationReading(folder: folder), folder: folder)
        print(json ? report.json.description : report.text)
        guard report.isFine else { throw ExitStatus.errors }
    }
}
