import ArgumentParser
import ControlPlane
import Directory
import Glibc
import Logging

/// `malaposta backup DIR`: the whole host, while it runs.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy the whole host into a folder of backups, while it runs.",
        discussion: """
            Each backup is a folder of its own named by its time, whole in itself: mailboxes, accepted mail, passwords, keys, \
            and the files as applied. Messages that an earlier backup there has are shared with it. Exits 1 where something \
            is missing in it.
            """)

    @OptionGroup var host: HostOptions
    @Argument(help: "The folder of backups; best on another disk.", completion: .directory) var folder: String
    @Option(help: ArgumentHelp("Remove all but the newest so many backups afterwards.", valueName: "number")) var keep: Int?
    @Flag(help: "Print JSON.") var json = false

    func validate() throws { if let keep, keep < 1 { throw ValidationError("--keep is at least 1.") } }

    mutating func run() async throws {
        let (folder, keep) = (absolute(folder), keep)
        let report = try await toldOfBackups { try await host.control.backup(to: folder, keep: keep) }
        if json { try printJSON(report) } else { print(report.text) }
        if !report.notes.isEmpty { throw ExitStatus.errors }
    }
}

/// `malaposta restore [ACCOUNT] --from DIR`.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Bring back one account's mail, or a whole host, from a backup.",
        discussion: """
            An account gets back the messages that it does not have any more, into the folders that they lay in; what it has, \
            moved, changed or got since stays as it is. A whole host is restored only where there is no data yet, while \
            nothing runs.
            """)

    @OptionGroup var host: HostOptions
    @Argument(help: "The account's address; the whole host without it.") var account: String?
    @Option(help: ArgumentHelp("The folder of backups, or one backup.", valueName: "folder")) var from: String
    @Option(help: ArgumentHelp("The backup's name; the newest without it.", valueName: "name")) var at: String?
    @Flag(help: "Print JSON.") var json = false

    mutating func run() async throws {
        let (from, at) = (absolute(from), at)
        // Mailboxes are shared with the web worker by their group, as those that the mail worker makes.
        if geteuid() == 0 { umask(0o007) }
        guard let account else {
            let report = try await toldOfBackups {
                try await host.control.restoreHost(from: from, named: at, logger: .quietly)
            }
            if json { try printJSON(report) } else { print(report.text) }
            if !report.notes.isEmpty { throw ExitStatus.errors }
            return
        }
        let report = try await toldOfBackups {
            guard let known = try await host.generation().account(named: account) else { throw BackupError.noAccount(account) }
            return try await AccountRestore(host.folders, logger: .quietly).restore(known, from: from, named: at)
        }
        if json { try printJSON(report) } else { print(report.text) }
        if report.lost > 0 { throw ExitStatus.errors }
    }
}

private func toldOfBackups<Result>(_ body: () async throws -> Result) async throws -> Result {
    do { return try await told(body) } catch let error as BackupError { throw CommandRefusal("\(error)") }
}

extension Logger {
    /// For what works on mail in this command itself: only what went wrong is told.
    fileprivate static var quietly: Logger {
        var logger = Logger(label: "malaposta")
        logger.logLevel = .error
        return logger
    }
}
