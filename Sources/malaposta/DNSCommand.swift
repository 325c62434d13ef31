import ArgumentParser
import ControlPlane
import Domains
import Mail

/// `malaposta dns`: what domains want in DNS, and what is there.
struct DNSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dns", abstract: "Show the records that a domain wants, and judge those that it has.",
        subcommands: [
            DNSListCommand.self, DNSRecordsCommand.self, DNSGuideCommand.self, DNSCheckCommand.self, DNSWatchCommand.self,
        ])
}

/// `malaposta dns list`.
struct DNSListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List all domains, how far each has come, and what the last look at DNS found.",
        discussion: """
            A domain is declared (nobody has shown yet that the tenant holds it), active, or retiring: gone from the files, and kept \
            for the grace period so that it is proven at once when it comes back.
            """)

    @OptionGroup var host: HostOptions
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let folders = host.folders
        let domains = try await told { try await ControlClient(folders).domainSummaries() }
        if json {
            try printJSON(ShownDomains(schema: 1, domains: domains))
        } else {
            for line in DomainSummary.table(domains) { print(line) }
        }
    }
}

private struct ShownDomains: Encodable {
    let schema: Int
    let domains: [DomainSummary]
}

/// `malaposta dns records DOMAIN`.
struct DNSRecordsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "records", abstract: "Print the wanted records as zone-file text, ready to paste.")

    @OptionGroup var host: HostOptions
    @Argument(help: "A domain as applied.") var domain: String
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let (folders, domain) = (host.folders, domain)
        let report = try await told { try await ControlClient(folders).domainReport(domain, looks: false) }
        if json {
            try printJSON(ShownRecords(schema: 1, domain: report.domain.ascii, records: report.records))
        } else {
            print(report.zoneText)
        }
    }
}

private struct ShownRecords: Encodable {
    let schema: Int
    let domain: String
    let records: [WantedRecord]
}

/// `malaposta dns guide DOMAIN`.
struct DNSGuideCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guide", abstract: "Explain step by step what to do, for who has never seen DNS.",
        discussion: "Looks at DNS first, so that what is done already is marked as done.")

    @OptionGroup var host: HostOptions
    @Argument(help: "A domain as applied.") var domain: String
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let (folders, domain) = (host.folders, domain)
        let report = try await told { try await ControlClient(folders).domainReport(domain, looks: true) }
        let guide = DNSGuide(report)
        if json {
            try printJSON(ShownGuide(schema: 1, domain: report.domain.ascii, steps: guide.steps))
        } else {
            print(guide.text)
        }
    }
}

private struct ShownGuide: Encodable {
    let schema: Int
    let domain: String
    let steps: [DNSGuide.Step]
}

/// `malaposta dns check DOMAIN`.
struct DNSCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Look at DNS now: what is there, what is wanted, what it means for mail.",
        discussion: "Exits 1 where something loses, refuses or misleads mail.")

    @OptionGroup var host: HostOptions
    @Argument(help: "A domain as applied.") var domain: String
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let (folders, domain) = (host.folders, domain)
        let report = try await told { try await ControlClient(folders).domainReport(domain, looks: true) }
        if json { try printJSON(ShownReport(schema: 1, report: report)) } else { print(report.checkText) }
        if report.worst == .error { throw ExitStatus.errors }
    }
}

private struct ShownReport: Encodable {
    let schema: Int
    let report: DomainReport
}

/// `malaposta dns watch DOMAIN`.
struct DNSWatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Show what the hourly watch has seen change, the newest first.",
        discussion: "The control plane looks at every domain each hour, and mails the tenant's admins on a change for the worse.")

    @OptionGroup var host: HostOptions
    @Argument(help: "A domain as applied.") var domain: String
    @Option(help: "The most lines to show.") var limit = 50
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let (folders, domain, limit) = (host.folders, domain, limit)
        let report = try await told { try await ControlClient(folders).domainReport(domain, looks: false) }
        let events = try await told { try await ControlClient(folders).domainHistory(domain, limit: limit) }
        if json {
            try printJSON(ShownHistory(schema: 1, domain: report.domain.ascii, looked: report.looked, events: events))
        } else {
            print(report.watchText(events))
        }
    }
}

private struct ShownHistory: Encodable {
    let schema: Int
    let domain: String
    let looked: Int64?
    let events: [DomainEvent]
}
