import ArgumentParser
import ControlPlane
import Domains
import Mail

/// `malaposta dkim`: the keys that outgoing mail is signed with.
struct DKIMCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dkim", abstract: "List and rotate the keys that sign outgoing mail.",
        subcommands: [DKIMListCommand.self, DKIMRotateCommand.self])
}

/// `malaposta dkim list [DOMAIN]`.
struct DKIMListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List keys and how far each has come.")

    @OptionGroup var host: HostOptions
    @Argument(help: "A domain; all of them without it.") var domain: String?
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let (folders, domain) = (host.folders, domain)
        let keys = try await told { try await ControlClient(folders).keys(domain) }
        try show(keys, json: json)
    }
}

/// `malaposta dkim rotate DOMAIN`.
struct DKIMRotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Make new keys now; they take over when every name server shows them.")

    @OptionGroup var host: HostOptions
    @Argument(help: "A domain as applied.") var domain: String
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let (folders, domain) = (host.folders, domain)
        let keys = try await told { try await ControlClient(folders).rotateKeys(domain) }
        try show(keys, json: json)
        if !json { print("\nThe pending keys' records: malaposta dns records \(domain)") }
    }
}

private struct ShownKeys: Encodable {
    let schema: Int
    let keys: [KeyReport]
}

private func show(_ keys: [KeyReport], json: Bool) throws {
    if json { return try printJSON(ShownKeys(schema: 1, keys: keys)) }
    guard !keys.isEmpty else { return print("There are no keys yet; the running control plane makes them.") }
    for key in keys { print(key.line) }
}

extension KeyReport {
    /// `acme.example  mp20261125r  rsa  active  until 2027-05-24`
    var line: String {
        let time = rotates.map { "until \(CalendarDay.text($0))" } ?? "since \(CalendarDay.text(changed))"
        return domain.ascii.padded(to: 26) + selector.padded(to: 14) + algorithm.padded(to: 9) + state.rawValue.padded(to: 10)
            + time
    }
}
