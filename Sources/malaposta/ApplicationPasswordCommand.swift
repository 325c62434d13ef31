import ArgumentParser
import ControlPlane

/// `malaposta user app-password`: passwords for single programs of a user.
struct ApplicationPasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "app-password", abstract: "Make, list and remove a user's application passwords.",
        discussion: "Each is for one program, works where its scopes say, and never reaches a directory.",
        subcommands: [
            ApplicationPasswordAddCommand.self, ApplicationPasswordListCommand.self, ApplicationPasswordRemoveCommand.self,
        ])
}

extension ApplicationPassword.Scope: ExpressibleByArgument {}

/// `malaposta user app-password add ADDRESS NAME`.
struct ApplicationPasswordAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Make an application password; it is shown once.")

    @OptionGroup var host: HostOptions
    @Argument(help: "The user's address.") var address: String
    @Argument(help: "A name for it, such as \"Phone\".") var name: String
    @Option(name: .customLong("scope"), help: "imap, smtp, web or sync; may be given several times. Without it: imap and smtp.")
    var scopes: [ApplicationPassword.Scope] = []
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard ApplicationPassword.isName(name) else {
            throw ValidationError("A name has 1 to \(ApplicationPassword.longestName) characters, and no control characters.")
        }
    }

    mutating func run() async throws {
        let (folders, address, name) = (host.folders, address, name)
        let scopes = scopes.isEmpty ? [.imap, .smtp] : scopes
        let secret = try await told {
            try await ControlClient(folders).addApplicationPassword(name, scopes: scopes, to: address)
        }
        if json {
            try printJSON(ShownSecret(schema: 1, address: address, name: name, password: secret))
        } else {
            print("\(secret)\nThis is shown once. It is for \(scopes.map(\.rawValue).joined(separator: ", ")) of \(address).")
        }
    }
}

private struct ShownSecret: Encodable {
    let schema: Int
    let address: String
    let name: String
    let password: String
}

/// `malaposta user app-password list ADDRESS`.
struct ApplicationPasswordListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List a user's application passwords.")

    @OptionGroup var host: HostOptions
    @Argument(help: "The user's address.") var address: String
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let (control, address) = (host.control, address)
        let passwords = try await told { try await control.applicationPasswords(of: address) }
        if json {
            try printJSON(ShownPasswords(schema: 1, address: address, passwords: passwords))
        } else if passwords.isEmpty {
            print("\(address) has no application passwords.")
        } else {
            for password in passwords { print(password.line) }
        }
    }
}

private struct ShownPasswords: Encodable {
    let schema: Int
    let address: String
    let passwords: [ApplicationPassword]
}

/// `malaposta user app-password remove ADDRESS NAME`.
struct ApplicationPasswordRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove an application password; the user's open sessions end.")

    @OptionGroup var host: HostOptions
    @Argument(help: "The user's address.") var address: String
    @Argument(help: "Its name.") var name: String
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let (folders, address, name) = (host.folders, address, name)
        _ = try await told { try await ControlClient(folders).removeApplicationPassword(name, of: address) }
        try printChange("The application password \(name) of \(address) is gone; open sessions end.", address, json: json)
    }
}
