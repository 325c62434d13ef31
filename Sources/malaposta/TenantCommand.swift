import ArgumentParser
import ControlPlane
import Mail

/// `malaposta tenant`: who is hosted.
struct TenantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant", abstract: "List tenants; show one.", subcommands: [TenantListCommand.self, TenantShowCommand.self])
}

/// `malaposta tenant list`.
struct TenantListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the tenants in force.")

    @OptionGroup var host: HostOptions
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let tenants = try await told { try await host.control.tenants() }
        if json {
            try printJSON(ShownTenants(schema: 1, tenants: tenants))
        } else {
            for line in TenantRecord.table(tenants) { print(line) }
        }
    }
}

/// `malaposta tenant show TENANT`.
struct TenantShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one tenant: its domains, people, limits and use.")

    @OptionGroup var host: HostOptions
    @Argument(help: "The tenant's id.") var tenant: String
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        guard let id = try? TenantID(tenant) else { throw ValidationError("\(tenant) is not a tenant's id.") }
        guard let found = try await told({ try await host.control.tenants() }).first(where: { $0.id == id }) else {
            throw CommandRefusal("there is no tenant \(tenant); 'malaposta tenant list' shows those that there are")
        }
        let shown = await found.measured(by: MailWorker(host.folders))
        if json { try printJSON(ShownTenants(schema: 1, tenants: [shown])) } else { print(shown.text) }
    }
}

private struct ShownTenants: Encodable {
    let schema: Int
    let tenants: [TenantRecord]
}
