import ArgumentParser
import MailConfiguration

/// `malaposta check`: reads the files and says what is wrong with them, changing nothing.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check the configuration files.",
        discussion:
            "Shows all that is wrong at once, each with its place; else what the files declare. Exits 1 where there are errors.")

    @Argument(help: "The configuration folder.", completion: .directory)
    var path = "/etc/malaposta"

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let report = CheckReport(ConfigurationReading(folder: path), folder: path)
        print(json ? report.json.description : report.text)
        guard report.isFine else { throw ExitCode(1) }
    }
}
