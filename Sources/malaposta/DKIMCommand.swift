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
        let time = rotates.map { "until \(Moment.day($0))" } ?? "since \(Moment.day(changed))"
        return domain.ascii.padded(to: 26) + selector.padded(to: 14) + algorithm.padded(to: 9) + state.rawValue.padded(to: 10)
            + time
    }
}

/// Moments as commands show them, in UTC.
enum Moment {
    /// `2027-01-09`
    static func day(_ seconds: Int64) -> String {
        let date = CivilDate.split(seconds).date
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
    }

    /// `2027-01-09 08:30`
    static func minute(_ seconds: Int64) -> String {
        let second = CivilDate.split(seconds).secondOfDay
        return "\(day(seconds)) \(padded(second / 3_600, 2)):\(padded(second / 60 % 60, 2))"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
