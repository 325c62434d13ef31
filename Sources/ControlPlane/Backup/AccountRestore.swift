package import Directory
internal import Glibc
internal import LocalSocket
package import Logging
package import Mail
internal import Store
internal import Upkeep

/// What `malaposta restore ACCOUNT` says.
package struct AccountRestoreReport: Codable, Sendable, Hashable {
    package var schema = 1
    package var address: Address
    package var account: AccountID
    package var backup: String
    package var isWhole: Bool
    package var restored: Int
    package var kept: Int
    package var lost: Int

    package var text: String {
        var table = TwoColumns(titleWidth: 12)
        table.add("restored", "\(address) from \(backup)")
        if isWhole {
            table.add("messages", "\(restored); the account had no mail: it is as it was, under new UIDVALIDITYs")
        } else {
            table.add("messages", "\(restored) came back into the folders that they lay in")
            table.add("left alone", "\(kept) that the account still has, wherever they lie now; nothing newer was touched")
        }
        if lost > 0 { table.add("missing", "\(lost) whose files are not in the backup") }
        return table.lines.map { String($0.dropFirst(2)) }.joined(separator: "\n")
    }
}

/// Brings one account's mail back from a backup, while the host runs or not.
package struct AccountRestore: Sendable {
    private let folders: HostFolders
    private let logger: Logger

    package init(_ folders: HostFolders, logger: Logger) {
        self.folders = folders
        self.logger = logger
    }

    private var root: String { "\(folders.data)/accounts" }

    /// - Parameters:
    ///   - account: in force.
    ///   - folder: of backups.
    ///   - name: of the backup; nil is the newest.
    /// - Throws: `BackupError`, `LocalSocketError`, `StoreError`.
    package func restore(_ account: DirectoryAccount, from folder: String, named name: String?) async throws
        -> AccountRestoreReport
    {
        let backup = try BackupFolder(folder).backup(named: name)
        _ = try backup.manifest()
        let place = "\(account.id.hex.prefix(2))/\(account.id.hex)"
        guard Disk.exists("\(backup.accounts)/\(place)/mailbox.db") else {
            throw BackupError.notInBackup("\(account.address)", backup: backup.name)
        }
        let staged = "\(account.id.hex)-\(getpid())"
        let area = "\(root)/\(RestoreAccountQuestion.folder)"
        defer { try? Disk.remove("\(area)/\(staged)") }
        try stage("\(backup.accounts)/\(place)", of: place, at: "\(area)/\(staged)/\(place)")
        try FileTree.give(area, toOwnerOf: root)
        let done = try await bringBack(account.id, staged)
        return AccountRestoreReport(
            address: account.address, account: account.id, backup: backup.path, isWhole: done.isWhole, restored: done.restored,
            kept: done.kept, lost: done.lost)
    }

    /// The database, and the message files that the account does not have.
    private func stage(_ source: String, of place: String, at target: String) throws {
        try FileTree.makeFolders(target, mode: 0o770)
        try FileTree.copyFile("\(source)/mailbox.db", to: "\(target)/mailbox.db", mode: 0o660)
        for shelf in Disk.names(in: "\(source)/messages") {
            for name in Disk.names(in: "\(source)/messages/\(shelf)")
            where !Disk.exists("\(root)/\(place)/messages/\(shelf)/\(name)") {
                let from = "\(source)/messages/\(shelf)/\(name)"
                try FileTree.makeFolders("\(target)/messages/\(shelf)", mode: 0o770)
                let to = "\(target)/messages/\(shelf)/\(name)"
                // A second name would change its owner in the backup too.
                if geteuid() != 0, try Disk.link(from, as: to) { continue }
                try FileTree.copyFile(from, to: to, mode: 0o660)
            }
        }
    }

    private func bringBack(_ account: AccountID, _ staged: String) async throws -> RestoreReport {
        let question = RestoreAccountQuestion(account: account, staged: staged)
        do {
            return try await LocalClient(path: folders.mailSocket).ask(question, within: RestoreAccountQuestion.deadline)
        } catch LocalSocketError.unreachable {
            // The worker is down: this command takes its place.
            let lock = try AccountsLockBox(folder: root)
            defer { withExtendedLifetime(lock) {} }
            let store = try MailStore(StoreOptions(root: root, role: .mail), logger: logger)
            let report: RestoreReport
            do { report = try await store.restore(account, from: "\(root)/\(RestoreAccountQuestion.folder)/\(staged)") } catch {
                await store.shutdown()
                throw error
            }
            await store.shutdown()
            try FileTree.give("\(root)/\(account.hex.prefix(2))", toOwnerOf: root)
            return report
        }
    }
}
