import ArgumentParser
import ControlPlane
import Directory
import Glibc
import Mail

/// `malaposta user`: who may log in.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "List users; set passwords; suspend and resume.",
        subcommands: [
            UserListCommand.self, UserShowCommand.self, UserPasswordCommand.self, UserSuspendCommand.self,
            UserResumeCommand.self, ApplicationPasswordCommand.self,
        ])
}

/// `malaposta user list`.
struct UserListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List users and shared mailboxes.")

    @OptionGroup var host: HostOptions
    @Option(help: ArgumentHelp("Only those of one tenant.", valueName: "id")) var tenant: String?
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let wanted = try tenant.map { text in
            guard let id = try? TenantID(text) else { throw ValidationError("\(text) is not a tenant's id.") }
            return id
        }
        let (control, json) = (host.control, json)
        try await told {
            guard json else { return try await control.forEachUser(tenant: wanted) { print($0.line(width: $1)) } }
            let list = JSONList("users")
            try await control.forEachUser(tenant: wanted) { user, _ in try list.add(user) }
            list.end()
        }
    }
}

private struct ShownUsers: Encodable {
    let schema: Int
    let users: [UserRecord]
}

/// `malaposta user show ADDRESS`.
struct UserShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one user.")

    @OptionGroup var host: HostOptions
    @Argument(help: "The user's address.") var address: String
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let user = try await told { try await host.control.user(address) }
        if json {
            try printJSON(ShownUsers(schema: 1, users: [user]))
        } else {
            print(user.text)
        }
    }
}

/// `malaposta user password ADDRESS`.
struct UserPasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "password", abstract: "Set a user's password; its open sessions end.",
        discussion: """
            It has \(PasswordRule.fewestCharacters) characters or more, of any kind, and is not the user's own name or address. Refuses \
            where the configuration files carry a hash, and names the line to edit.
            """)

    @OptionGroup var host: HostOptions
    @Argument(help: "The user's address.") var address: String
    @Flag(name: .customLong("stdin"), help: "Read the password from standard input: one line.") var standardInput = false
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let (folders, address) = (host.folders, address)
        // Before anything is typed for nothing.
        let user = try await told { try await host.control.user(address) }
        _ = try await told { try await host.control.mayHavePassword(address) }
        let password = try standardInput ? PasswordPrompt.line() : PasswordPrompt.twice(for: "\(user.account.address)")
        _ = try await told { try await ControlClient(folders).setPassword(password, of: address) }
        try printChange("The password of \(user.account.address) is set; its open sessions end.", address, json: json)
    }
}

/// `malaposta user suspend ADDRESS`.
struct UserSuspendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Stop a user's logins now; mail to it waits with its senders (450).")

    @OptionGroup var host: HostOptions
    @Argument(help: "The user's address.") var address: String
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let (folders, address) = (host.folders, address)
        _ = try await told { try await ControlClient(folders).suspend(address) }
        try printChange("\(address) is suspended; its open sessions end.", address, json: json)
    }
}

/// `malaposta user resume ADDRESS`.
struct UserResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "resume", abstract: "End a suspension.")

    @OptionGroup var host: HostOptions
    @Argument(help: "The user's address.") var address: String
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let (folders, address) = (host.folders, address)
        _ = try await told { try await ControlClient(folders).resume(address) }
        try printChange("\(address) is no longer suspended.", address, json: json)
    }
}

private struct ShownChange: Encodable {
    let schema: Int
    let address: String
    let done: Bool
}

func printChange(_ sentence: String, _ address: String, json: Bool) throws {
    if json {
        try printJSON(ShownChange(schema: 1, address: address, done: true))
    } else {
        print(sentence)
    }
}
