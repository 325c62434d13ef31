import ArgumentParser
import ControlPlane
import Mail

/// `malaposta ldap`: the directories that accounts come from.
struct LDAPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ldap", abstract: "Try, preview and read a tenant's LDAP directories.",
        subcommands: [LDAPTestCommand.self, LDAPPreviewCommand.self, LDAPSyncCommand.self])
}

/// A tenant as a command names it.
struct TenantArgument: ParsableArguments {
    @Argument(help: ArgumentHelp("The tenant's id.", valueName: "tenant")) var name: String

    func id() throws -> TenantID {
        guard let id = try? TenantID(name) else { throw ValidationError("\(name) is not a tenant's id.") }
        return id
    }
}

/// `malaposta ldap test TENANT`.
struct LDAPTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Try the directories of the files as they stand, step by step.",
        discussion: """
            Connects to each server, binds, searches as the files say, and shows one entry of each kind as it is understood. \
            Changes nothing. Exits 1 where a step failed that a sync needs.
            """)

    @OptionGroup var host: HostOptions
    @OptionGroup var tenant: TenantArgument
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let (control, id) = (host.control, try tenant.id())
        let tested = try await told { try await DirectoryCommand(control).test(id) }
        if json {
            try printJSON(ShownTest(schema: 1, tenant: id.text, directories: tested))
        } else {
            print(tested.map(\.text).joined(separator: "\n\n"))
        }
        guard tested.allSatisfy(\.worked) else { throw ExitStatus.errors }
    }
}

private struct ShownTest: Encodable {
    let schema: Int
    let tenant: String
    let directories: [DirectoryCommand.Tested]
}

/// `malaposta ldap preview TENANT`.
struct LDAPPreviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview", abstract: "Show what a sync would change, and which entries are not used.",
        discussion:
            "Changes nothing. Exits 0 where nothing would change, 2 where something would, 3 where the brake would hold it.")

    @OptionGroup var host: HostOptions
    @OptionGroup var tenant: TenantArgument
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let (control, id) = (host.control, try tenant.id())
        let preview = try await told { try await DirectoryCommand(control).preview(id, now: SystemTime.seconds) }
        if json {
            try printJSON(ShownPreview(schema: 1, tenant: id.text, preview: preview))
        } else {
            print(preview.text)
        }
        if preview.isHeld { throw ExitStatus.brake }
        if !preview.plan.lines.isEmpty { throw ExitStatus.changesPending }
    }
}

private struct ShownPreview: Encodable {
    let schema: Int
    let tenant: String
    let preview: DirectoryCommand.Preview
}

/// `malaposta ldap sync TENANT`.
struct LDAPSyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Read a tenant's directories now, and put in force what they changed.",
        discussion: "Exits 1 where a directory could not be read, and 3 where the brake refused a removal.")

    @OptionGroup var host: HostOptions
    @OptionGroup var tenant: TenantArgument
    @Flag(name: .customLong("allow-removals"), help: "Remove accounts this once, however many.") var allowRemovals = false
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let (folders, id, allowRemovals) = (host.folders, try tenant.id(), allowRemovals)
        let report = try await told {
            try await ControlClient(folders).syncDirectories(of: id, allowsRemovals: allowRemovals)
        }
        if json {
            try printJSON(ShownSync(schema: 1, tenant: id.text, report: report))
        } else {
            print(report.text(tenant: id))
        }
        if !report.failures.isEmpty { throw ExitStatus.errors }
        if report.isHeld { throw ExitStatus.brake }
    }
}

private struct ShownSync: Encodable {
    let schema: Int
    let tenant: String
    let report: DirectoryCommand.Report
}
