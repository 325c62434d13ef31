internal import Glibc
package import Mail
internal import NIOCore
internal import SQL

/// Copies one account into a folder while others use it: what lies there afterwards is the account at one moment.
///
/// Message files never change, and go only after the rows that named them. So: first every file that is there is given a second
/// name, then the database is copied (online backup), then what it names and was not there before is fetched. Files that it
/// does not name are removed again. Where the file systems differ, files are copied.
package struct AccountBackup {
    /// How often the database is copied anew where files that it names were removed meanwhile.
    static let tries = 4

    private let paths: MailboxPaths
    private let target: MailboxPaths
    private let previous: MailboxPaths?
    private let files = FileSystem.real
    private var report = AccountBackupReport()

    /// - Parameters:
    ///   - root: the folder `accounts`.
    ///   - target: the folder `accounts` of the backup; the account must not be in it.
    ///   - previous: the folder `accounts` of an earlier backup on the same file system as `target`; nil for none.
    package init(_ account: AccountID, root: String, target: String, previous: String?) {
        paths = MailboxPaths(root: root, account: account)
        self.target = MailboxPaths(root: target, account: account)
        self.previous = previous.map { MailboxPaths(root: $0, account: account) }
    }

    /// Copies; blocks. Nothing is flushed: the caller flushes the whole backup at its end.
    ///
    /// - Throws: `.damaged` where the database cannot be read, `.unavailable`.
    package mutating func run() throws(StoreError) -> AccountBackupReport {
        try StoreError.wrapping { try copy() }
    }

    private mutating func copy() throws -> AccountBackupReport {
        let mark = Self.mark(paths)
        for folder in [target.folder, target.messages] { try files.makeFolder(folder) }
        if let previous, let known = try? files.read(Self.markFile(previous), limit: 4_096), String(buffer: known) == mark {
            try linkAll(of: previous)
            report.isUnchanged = true
            return report
        }
        for name in Self.messageFiles(paths, files) { _ = try fetch(name) }
        var missing: [BlobName] = []
        for _ in 0..<Self.tries {
            let named = try copyDatabase()
            missing = try named.filter { try !files.exists(target.file($0)) && !fetch($0) }
            guard !missing.isEmpty else { break }
        }
        report.missing = missing.count
        try removeUnnamed()
        try files.overwrite(Self.markFile(target), with: Array(mark.utf8))
        return report
    }

    // MARK: Files

    /// False where the file is gone.
    private mutating func fetch(_ name: BlobName) throws -> Bool {
        let path = target.file(name)
        try files.makeFolder(target.folder(of: name))
        if let previous, files.exists(previous.file(name)), try files.link(previous.file(name), to: path) { return true }
        let source = paths.file(name)
        guard let size = files.size(source) else { return false }
        do {
            if try files.link(source, to: path) {
                report.linked += 1
            } else {
                try files.copy(source, after: .init(), to: path) { _ in }
                report.copied += 1
                report.copiedOctets += size
            }
        } catch  where error.code == ENOENT {
            return false
        } catch  where error.code == EEXIST {
            return true
        }
        return true
    }

    private mutating func linkAll(of previous: MailboxPaths) throws {
        for name in Self.messageFiles(previous, files) {
            try files.makeFolder(target.folder(of: name))
            try link(previous.file(name), to: target.file(name))
            report.messages += 1
        }
        for (source, path) in [(previous.database, target.database), (Self.markFile(previous), Self.markFile(target))] {
            try link(source, to: path)
        }
    }

    private func link(_ source: String, to path: String) throws {
        if try !files.link(source, to: path) { try files.copy(source, after: .init(), to: path) { _ in } }
    }

    static func messageFiles(_ paths: MailboxPaths, _ files: FileSystem) -> [BlobName] {
        files.entries(paths.messages).flatMap { folder in
            files.entries("\(paths.messages)/\(folder)").compactMap { BlobName(fileName: $0) }
        }
    }

    private mutating func removeUnnamed() throws {
        let copy = try Connection(path: target.database, mode: .immutable)
        let named = try Set(copy.all("SELECT file FROM blobs") { $0.octets(0) })
        report.messages = named.count
        for name in Self.messageFiles(target, files) where !named.contains(name.octets) { try files.remove(target.file(name)) }
    }

    // MARK: The database

    /// - Returns: the files that it names.
    private func copyDatabase() throws -> [BlobName] {
        try files.remove(target.database)
        let lock = try AccountLock(path: paths.lock, files: files)
        try lock.shared {
            let source = try Connection(path: paths.database, mode: .readWrite)
            try source.useWriteAheadLog(checkpoints: false)
            let copy = try Connection(path: target.database)
            try source.copy(to: copy)
            // A copy has the journal mode of its source; alone it needs no log.
            try copy.execute("PRAGMA journal_mode=DELETE")
        }
        let copy = try Connection(path: target.database, mode: .immutable)
        return try copy.all("SELECT file FROM blobs") { $0.octets(0) }.compactMap { BlobName(octets: $0) }
    }

    /// What changes with every change of the account: sizes and times of the database and its log.
    private static func mark(_ paths: MailboxPaths) -> String {
        [paths.database, paths.log].map { path in
            var status = stat()
            guard unsafe stat(path, &status) == 0 else { return "-" }
            return "\(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
        }.joined(separator: "\n")
    }

    private static func markFile(_ paths: MailboxPaths) -> String { "\(paths.folder)/mark" }
}

/// What a backup of an account did.
package struct AccountBackupReport: Sendable, Hashable {
    /// Message files in the backup.
    package var messages = 0
    /// Files that were given a second name, and copied; the others were in the earlier backup.
    package var linked = 0
    package var copied = 0
    package var copiedOctets = 0
    /// Files that the database names and that were not there.
    package var missing = 0
    /// Whether nothing has changed since the earlier backup.
    package var isUnchanged = false

    package init() {}
}
