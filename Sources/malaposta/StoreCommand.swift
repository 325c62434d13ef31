import ArgumentParser
import Directory
import LocalSocket
import Logging
import Mail
import Store
import Upkeep

/// `malaposta store`: what differs between databases and files, and its mending.
struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Check and mend accounts' mail.",
        subcommands: [StoreCheckCommand.self, StoreRebuildCommand.self])
}

/// `malaposta store check [ACCOUNT]`.
struct StoreCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Find what differs between databases and files; changes nothing.")

    @OptionGroup var host: HostOptions
    @Flag(help: "Print JSON.") var json = false
    @Argument(help: "An address; all accounts without it.") var account: String?

    mutating func run() async throws {
        let accounts = try await host.accounts(named: account)
        let upkeep = try await MailboxUpkeep(host)
        var checked: [CheckedAccount] = []
        for account in accounts {
            checked.append(
                CheckedAccount(address: "\(account.address)", id: account.id.hex, findings: try await upkeep.check(account.id)))
        }
        if json {
            try printJSON(CheckedAccounts(schema: 1, accounts: checked))
        } else {
            for account in checked { print(account.text) }
        }
        if checked.contains(where: { !$0.findings.isEmpty }) { throw ExitStatus.errors }
    }
}

private struct CheckedAccounts: Encodable {
    let schema: Int
    let accounts: [CheckedAccount]
}

private struct CheckedAccount: Encodable {
    let address: String
    let id: String
    let findings: [Finding]

    var text: String {
        guard !findings.isEmpty else { return "\(address): fine" }
        let lines = findings.map { "  \($0.isSerious ? "serious" : "derived data"): \($0.detail)" }
        return
            ([
                "\(address): \(findings.count == 1 ? "1 finding" : "\(findings.count) findings"); 'malaposta store rebuild \(address)' mends them"
            ] + lines).joined(separator: "\n")
    }
}

/// `malaposta store rebuild ACCOUNT`.
struct StoreRebuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Make an account's index and summaries anew; mend its database from a snapshot where it is broken.")

    @OptionGroup var host: HostOptions
    @Flag(help: "Print JSON.") var json = false
    @Argument(help: "An address.") var account: String

    mutating func run() async throws {
        let accounts = try await host.accounts(named: account)
        let upkeep = try await MailboxUpkeep(host)
        for account in accounts {
            let report = try await upkeep.rebuild(account.id)
            if json {
                try printJSON(RebuiltAccount(schema: 1, address: "\(account.address)", report: report))
            } else {
                print(text(of: report, "\(account.address)"))
            }
        }
    }

    private func text(of report: RebuildReport, _ address: String) -> String {
        var lines = ["\(address): summaries and index of \(report.summaries) messages made anew"]
        if report.databaseReplaced { lines.append("  the database was broken and is replaced") }
        if report.recovered > 0 { lines.append("  \(report.recovered) messages without a row are in the inbox now") }
        if report.lost > 0 { lines.append("  \(report.lost) messages have no file: lost, or deleted since") }
        return (lines + report.notes.map { "  \($0)" }).joined(separator: "\n")
    }
}

private struct RebuiltAccount: Encodable {
    let schema: Int
    let address: String
    let report: RebuildReport
}

/// The mail worker, which alone may write accounts; where it is down, this command takes its place.
private struct MailboxUpkeep {
    /// A rebuild of a large account may take a while.
    private static let deadline: Duration = .seconds(3600)

    private enum Doer {
        case worker(LocalClient)
        case own(MailStore)
    }

    private let doer: Doer
    private let lock: AccountsLockBox?

    init(_ host: HostOptions) async throws {
        let health = LocalClient(path: host.runFolder + "/mail-health.sock")
        if (try? await health.ask(HealthQuestion(), within: .seconds(2))) != nil {
            (doer, lock) = (.worker(LocalClient(path: host.runFolder + "/mail-admin.sock")), nil)
        } else {
            lock = try AccountsLockBox(folder: host.data + "/accounts")
            let options = StoreOptions(root: host.data + "/accounts", role: .mail)
            doer = .own(try MailStore(options, logger: Logger(label: "malaposta")))
        }
    }

    func check(_ account: AccountID) async throws -> [Finding] {
        switch doer {
        case .worker(let client): try await client.ask(StoreCheckQuestion(account: account), within: Self.deadline).findings
        case .own(let store): try await store.check(account)
        }
    }

    func rebuild(_ account: AccountID) async throws -> RebuildReport {
        switch doer {
        case .worker(let client): try await client.ask(StoreRebuildQuestion(account: account), within: Self.deadline)
        case .own(let store): try await store.rebuild(account)
        }
    }
}
