internal import Delivery
internal import Directory
internal import FoundationEssentials
internal import Glibc
internal import Mail
internal import MailConfiguration
internal import Provisioning
internal import SQL
internal import Store
internal import Worker

extension HostControl {
    /// Copies the whole host into a folder of backups, while it runs or not.
    ///
    /// First what was accepted and not filed (the spool), then who exists (control.db, what the directories said, the generation,
    /// files as applied, keys), then the mailboxes one by one, each as it was at one moment. So nothing that was acknowledged before the backup began is
    /// missing: it is in the spool's copy or in a mailbox's, and where it is in both it is delivered once.
    ///
    /// - Parameters:
    ///   - folder: made where it is missing; one backup at a time.
    ///   - keep: how many backups stay; nil keeps all.
    /// - Throws: `BackupError`, `ControlError.noGeneration`; what was begun is removed by the next one.
    package func backup(to folder: String, keep: Int? = nil) throws -> BackupReport {
        guard !(folder + "/").hasPrefix(folders.data + "/") else { throw BackupError.inData(folder) }
        guard let number = folders.generations.currentNumber else { throw ControlError.noGeneration }
        let backups = BackupFolder(folder)
        try FileTree.makeFolders(folder, mode: 0o700)
        let lock = unsafe open("\(folder)/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw BackupError.disk("\(folder)/.lock cannot be opened") }
        defer { close(lock) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { throw BackupError.busy(folder) }
        for rest in backups.rests { try Disk.remove(rest) }
        let previous = backups.backups.last
        let made = now()
        let name = BackupFolder.name(made)
        guard !Disk.exists("\(folder)/\(name)") else { throw BackupError.existsAlready("\(folder)/\(name)") }
        let draft = Backup(path: "\(folder)/\(BackupFolder.partial)\(name)", name: name)
        try FileTree.makeFolders(draft.path, mode: 0o700)

        let spooled = try backUpSpool(to: draft)
        try backUpControl(to: draft, generation: number)
        let reader = GenerationReader(folders.generations, number: number)
        let outline = try reader.outline()
        var report = BackupReport(name: name, path: "\(folder)/\(name)", spooled: spooled, generation: number)
        let accounts = try backUpAccounts(to: draft, after: previous, addresses(reader, outline), &report)
        let manifest = BackupManifest(
            version: Product.version, host: outline.host.hostName.ascii, made: made, generation: number, accounts: accounts,
            spooled: spooled)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try FileTree.write([UInt8](encoder.encode(manifest)), to: draft.manifestPath, mode: 0o600)
        try FileTree.flushFileSystem(of: draft.path)
        try Disk.rename(draft.path, to: report.path)
        try Disk.flush(folder)
        if let keep {
            for old in backups.backups.dropLast(max(1, keep)) {
                try Disk.remove(old.path)
                report.removed.append(old.name)
            }
        }
        return report
    }

    private func backUpSpool(to draft: Backup) throws -> Int {
        guard Disk.exists("\(folders.data)/spool") else { return 0 }
        do { return try SpoolCopy.make(of: "\(folders.data)/spool", to: draft.spool) } catch {
            throw BackupError.disk("the spool cannot be copied: \(error)")
        }
    }

    private func backUpControl(to draft: Backup, generation number: Int) throws {
        let database = try database()
        do {
            let copy = try Connection(path: draft.database)
            try database.connection.copy(to: copy)
        }
        try Disk.setMode(draft.database, 0o600)
        if Disk.exists(folders.snapshots) { try SnapshotDatabase.copy(folders.snapshots, to: draft.snapshots) }
        try FileTree.copy(folders.generations.generation(number), to: "\(draft.generations)/\(number)")
        for name in ["keys", "tls"] { try FileTree.copy("\(folders.data)/\(name)", to: "\(draft.path)/\(name)") }
        guard let applied = try database.applied(generation: number) else { return }
        for (path, octets) in try database.files(applied: applied).contents {
            let place = "\(draft.files)/\(path)"
            try FileTree.makeFolders(String(place[..<(place.lastIndex(of: "/") ?? place.endIndex)]), mode: 0o750)
            try FileTree.write(octets, to: place, mode: 0o640)
        }
    }

    /// One account that cannot be read does not keep the others out: it is told.
    private func backUpAccounts(
        to draft: Backup, after previous: Backup?, _ addresses: [AccountID: Address], _ report: inout BackupReport
    ) throws -> [BackupManifest.Account] {
        var accounts: [BackupManifest.Account] = []
        for id in Self.accounts(in: "\(folders.data)/accounts") {
            var copying = AccountBackup(
                id, root: "\(folders.data)/accounts", target: draft.accounts, previous: previous?.accounts)
            var account = BackupManifest.Account(id: id, address: addresses[id], messages: 0, missing: 0)
            do {
                let done = try copying.run()
                account.messages = done.messages
                account.missing = done.missing
                report.count(done)
                if done.missing > 0 {
                    report.notes.append("\(account.name): \(done.missing) message files are missing; see 'malaposta store check'")
                }
            } catch {
                account.fault = "\(error)"
                report.notes.append("\(account.name) is not in this backup: \(error); see 'malaposta store check'")
            }
            accounts.append(account)
        }
        return accounts
    }

    /// Main addresses of all accounts, as the manifest has them too.
    private func addresses(_ reader: GenerationReader, _ outline: GenerationOutline) throws -> [AccountID: Address] {
        var addresses: [AccountID: Address] = [:]
        for tenant in outline.tenants {
            try reader.forEachAccount(of: tenant.tenant.id) { addresses[$0.id] = $0.address }
        }
        return addresses
    }

    static func accounts(in root: String) -> [AccountID] {
        Disk.names(in: root).filter { $0.utf8.count == 2 }.flatMap { shelf in
            Disk.names(in: "\(root)/\(shelf)").compactMap { name in
                Disk.exists("\(root)/\(shelf)/\(name)/mailbox.db") ? AccountID(hex: name) : nil
            }
        }
    }
}

extension BackupManifest.Account {
    var name: String { address?.description ?? "account \(id.hex)" }
}

/// What `malaposta backup` says.
package struct BackupReport: Codable, Sendable, Hashable {
    package var schema = 1
    package var name: String
    package var path: String
    package var accounts = 0
    /// Of those, how many had not changed since the backup before.
    package var unchanged = 0
    package var messages = 0
    /// Message files that were not in the backup before: given a second name, or copied.
    package var linked = 0
    package var copied = 0
    package var copiedOctets = 0
    package var spooled: Int
    package var generation: Int
    /// Old backups that were removed.
    package var removed: [String] = []
    /// What an operator must know, in sentences; empty when all went well.
    package var notes: [String] = []

    mutating func count(_ account: AccountBackupReport) {
        accounts += 1
        unchanged += account.isUnchanged ? 1 : 0
        messages += account.messages
        linked += account.linked
        copied += account.copied
        copiedOctets += account.copiedOctets
    }

    package var text: String {
        var table = TwoColumns(titleWidth: 12)
        table.add("backup", path)
        table.add("accounts", "\(accounts), of them \(unchanged) without a change")
        let fresh = linked + copied
        let how = fresh == 0 ? "none new" : "\(fresh) new: \(linked) linked, \(copied) copied (\(ByteCount(copiedOctets)))"
        table.add("messages", "\(messages), \(how)")
        table.add("spool", spooled == 0 ? "empty" : "\(spooled) on their way")
        table.add("generation", "\(generation)")
        if !removed.isEmpty { table.add("removed", removed.joined(separator: ", ")) }
        for note in notes { table.add("note", note) }
        return table.lines.map { String($0.dropFirst(2)) }.joined(separator: "\n")
    }
}
