internal import Delivery
internal import Directory
internal import Glibc
internal import LocalSocket
package import Logging
internal import Mail
internal import MailConfiguration
internal import Provisioning
internal import Store
internal import Upkeep

/// What `malaposta restore` says of a whole host.
package struct HostRestoreReport: Codable, Sendable, Hashable {
    package var schema = 1
    package var backup: String
    package var generation: Int
    package var accounts = 0
    package var messages = 0
    package var spooled: Int
    /// Whether the configuration folder was empty, and got the files as they were applied.
    package var filesWritten: Bool
    package var notes: [String] = []

    package var text: String {
        var table = TwoColumns(titleWidth: 12)
        table.add("restored", backup)
        table.add("accounts", "\(accounts) with \(messages) messages")
        table.add("spool", spooled == 0 ? "empty" : "\(spooled) on their way")
        table.add("generation", "\(generation)")
        table.add(
            "files",
            filesWritten
                ? "written as they were applied"
                : "left alone: the configuration folder is not empty; 'malaposta plan' shows the difference")
        for note in notes { table.add("note", note) }
        return table.lines.map { String($0.dropFirst(2)) }.joined(separator: "\n")
    }
}

extension HostControl {
    /// Makes a host's data from a backup. Only where there is none, or a host without a tenant and without mail, as a fresh
    /// installation has it: what is there is never overwritten.
    ///
    /// Every folder of mail gets a new UIDVALIDITY, as UIDs may have been given since the backup that it does not know of.
    ///
    /// - Throws: `BackupError.notEmpty`, `.running`, `.noBackup`, `.unreadable`.
    package func restoreHost(from folder: String, named name: String?, logger: Logger) async throws -> HostRestoreReport {
        let backup = try BackupFolder(folder).backup(named: name)
        let manifest = try backup.manifest()
        try await refuseWhereThereIsAHost()
        for place in [folders.data, folders.control, folders.generations.path] {
            try FileTree.makeFolders(place, mode: place == folders.control ? 0o700 : 0o755)
        }
        let lock = try AccountsLockBox(folder: "\(folders.data)/accounts")
        defer { withExtendedLifetime(lock) {} }
        // What the first start of an empty host has made.
        for name in ["control", "generations", "keys", "tls", "spool"] { try FileTree.empty("\(folders.data)/\(name)") }
        for name in ["keys", "tls", "spool"] {
            try FileTree.copy("\(backup.path)/\(name)", to: "\(folders.data)/\(name)")
        }
        var report = HostRestoreReport(
            backup: backup.path, generation: manifest.generation, spooled: manifest.spooled, filesWritten: false)
        try await restoreAccounts(backup, manifest, &report, logger)
        let number = manifest.generation
        try FileTree.copy("\(backup.generations)/\(number)", to: folders.generations.generation(number))
        try Disk.symbolicLink(to: "\(number)", at: "\(folders.generations.path)/current")
        try FileTree.copyFile(backup.database, to: folders.database, mode: 0o600)
        if Disk.exists(backup.snapshots) {
            try SnapshotDatabase.copy(backup.snapshots, to: folders.snapshots)
            // They may be newer than the generation.
            try SnapshotDatabase(path: folders.snapshots).forgetJoined()
        }
        if Disk.names(in: folders.configuration).isEmpty, Disk.exists(backup.files) {
            try FileTree.copy(backup.files, to: folders.configuration)
            // Files may hold password hashes, so they are no file of everybody's; the control plane reads them by its group.
            try FileTree.give(
                folders.configuration, toOwnerOf: folders.configuration, group: NewConfiguration.controlGroup)
            report.filesWritten = true
        }
        for name in ["control", "generations", "keys", "tls", "spool", "accounts"] {
            let place = "\(folders.data)/\(name)"
            if Disk.exists(place) { try FileTree.give(place, toOwnerOf: place) }
        }
        try FileTree.flushFileSystem(of: folders.data)
        return report
    }

    private func refuseWhereThereIsAHost() async throws {
        for (name, socket) in [("the control plane", folders.controlSocket), ("the mail worker", folders.mailSocket)] {
            do {
                _ = try await LocalClient(path: socket).ask(HealthQuestion(), within: HealthLimits.patience)
                throw BackupError.running(name)
            } catch LocalSocketError.unreachable { continue } catch is LocalSocketError { throw BackupError.running(name) }
        }
        let hasMail = !Self.accounts(in: "\(folders.data)/accounts").isEmpty
        guard !hasMail, try !hostsAnybody() else { throw BackupError.notEmpty(folders.data) }
    }

    /// Also where it cannot be told: then somebody has to look.
    private func hostsAnybody() throws -> Bool {
        guard let number = folders.generations.currentNumber else { return Disk.exists(folders.database) }
        guard let outline = try? GenerationReader(folders.generations, number: number).outline() else { return true }
        return !outline.tenants.isEmpty
    }

    private func restoreAccounts(
        _ backup: Backup, _ manifest: BackupManifest, _ report: inout HostRestoreReport, _ logger: Logger
    ) async throws {
        let store = try MailStore(StoreOptions(root: "\(folders.data)/accounts", role: .mail), logger: logger)
        for account in manifest.accounts {
            if let fault = account.fault {
                report.notes.append("\(account.name) is not in this backup: \(fault)")
                continue
            }
            do {
                let done = try await store.restore(account.id, from: backup.accounts)
                report.accounts += 1
                report.messages += done.restored
                if done.lost > 0 { report.notes.append("\(account.name): \(done.lost) messages were missing in the backup") }
            } catch { report.notes.append("\(account.name) could not be restored: \(error)") }
        }
        await store.shutdown()
    }
}
