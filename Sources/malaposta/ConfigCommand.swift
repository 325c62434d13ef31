import ArgumentParser
import MailConfiguration

/// `malaposta config`: looks at the configuration files.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show values in force, or the files' schema.", subcommands: [Show.self, Schema.self])

    /// `malaposta config show`: every value in force, with its origin.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show all values in force, the defaults included, and where each is set.")

        @OptionGroup var host: HostOptions

        @Argument(help: "The configuration folder, instead of --configuration.", completion: .directory)
        var path: String?

        @Flag(help: "Print JSON.")
        var json = false

        func run() throws {
            let folder = path ?? host.configuration
            let reading = ConfigurationReading(folder: folder, recordsEffective: true)
            guard reading.tree != nil else {
                let report = CheckReport(reading, folder: folder)
                print(json ? report.json.description : report.text)
                throw ExitStatus.errors
            }
            let report = EffectiveReport(reading)
            print(json ? report.json.description : report.text)
        }
    }

    /// `malaposta config schema`: JSON Schema for editors.
    struct Schema: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a file's JSON Schema (2020-12), for editors.",
            discussion: "Without a kind, lists the kinds: host, tenant, domain, accounts and directory, each with its path.")

        @Argument(help: "host, tenant, domain, accounts or directory.", completion: .list(FileKind.allCases.map(\.rawValue)))
        var kind: String?

        func run() throws {
            guard let kind else {
                return FileKind.allCases.forEach { print("\($0.rawValue)  \($0.path)") }
            }
            guard let known = FileKind(rawValue: kind) else {
                let kinds = FileKind.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("There is no kind of file \"\(kind)\"; there are: \(kinds).")
            }
            print(known.jsonSchema)
        }
    }
}
