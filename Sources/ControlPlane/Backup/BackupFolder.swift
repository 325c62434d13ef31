internal import Directory
internal import FoundationEssentials
package import Mail

/// A folder of backups: each is a folder named by its time, whole in itself; unchanged files are shared by hard links.
package struct BackupFolder: Sendable {
    package let path: String

    package init(_ path: String) { self.path = path }

    /// Whole backups, the oldest first.
    package var backups: [Backup] {
        Disk.names(in: path).map { Backup(path: "\(path)/\($0)", name: $0) }.filter { !$0.name.hasPrefix(".") && $0.isWhole }
    }

    /// What an interrupted backup left.
    var rests: [String] { Disk.names(in: path).filter { $0.hasPrefix(Self.partial) }.map { "\(path)/\($0)" } }

    static let partial = ".partial-"

    /// The newest, or the one of that name; where the folder itself is a backup, that one.
    package func backup(named name: String?) throws(BackupError) -> Backup {
        let own = Backup(path: path, name: path)
        if name == nil, own.isWhole { return own }
        let found = backups
        guard let name else {
            guard let newest = found.last else { throw .noBackup(path) }
            return newest
        }
        guard let backup = found.first(where: { $0.name == name }) else { throw .noSuchBackup(name, known: found.map(\.name)) }
        return backup
    }

    /// `2026-11-25T22-40-05Z`.
    static func name(_ seconds: Int64) -> String {
        let minute = CalendarDay.minute(seconds)
        let second = seconds % 60
        return minute.replacing(" ", with: "T").replacing(":", with: "-") + (second < 10 ? "-0" : "-") + "\(second)Z"
    }
}

/// One backup.
package struct Backup: Sendable {
    package let path: String
    package let name: String

    var manifestPath: String { "\(path)/backup.json" }
    /// Written last: what has one is whole.
    package var isWhole: Bool { Disk.exists(manifestPath) }
    var database: String { "\(path)/control.db" }
    /// What the directories said; not there where no tenant has one.
    var snapshots: String { "\(path)/directories.db" }
    package var accounts: String { "\(path)/accounts" }
    var spool: String { "\(path)/spool" }
    var files: String { "\(path)/files" }
    var generations: String { "\(path)/generations" }

    package func manifest() throws(BackupError) -> BackupManifest {
        do {
            let manifest = try JSONDecoder().decode(BackupManifest.self, from: Data(FileTree.contents(manifestPath)))
            guard manifest.schema <= BackupManifest.newestSchema else { throw BackupError.newerBackup(path) }
            return manifest
        } catch let error as BackupError { throw error } catch { throw .unreadable(manifestPath, "\(error)") }
    }
}

/// What a backup holds: `backup.json`.
package struct BackupManifest: Codable, Sendable, Hashable {
    package static let newestSchema = 1

    package struct Account: Codable, Sendable, Hashable {
        package var id: AccountID
        /// Nil for mail of accounts that the generation does not know.
        package var address: Address?
        package var messages: Int
        /// Files that its database names and that were not there.
        package var missing: Int
        /// Why its mail could not be copied; then it is not in this backup.
        package var fault: String?
    }

    package var schema = newestSchema
    package var version: String
    package var host: String
    /// Seconds since 1970.
    package var made: Int64
    package var generation: Int
    package var accounts: [Account]
    /// Messages that were accepted and not filed yet.
    package var spooled: Int
}

/// Why there is no backup, or no restore.
package enum BackupError: Error, Sendable, CustomStringConvertible {
    case noBackup(String)
    case noSuchBackup(String, known: [String])
    case newerBackup(String)
    case unreadable(String, String)
    case busy(String)
    case existsAlready(String)
    case inData(String)
    case notEmpty(String)
    case running(String)
    case noAccount(String)
    case notInBackup(String, backup: String)
    case disk(String)

    package var description: String {
        switch self {
        case .noBackup(let path): "there is no whole backup in \(path); 'malaposta backup \(path)' makes one"
        case .noSuchBackup(let name, let known):
            "there is no backup \(name); there are: \(known.isEmpty ? "none" : known.joined(separator: ", "))"
        case .newerBackup(let path): "\(path) was made by a newer version; restore with that one"
        case .unreadable(let path, let cause): "\(path) cannot be read: \(cause)"
        case .busy(let path): "another backup to \(path) is under way; wait until it has ended"
        case .existsAlready(let path): "\(path) is there already; wait a second and try again"
        case .inData(let path): "\(path) lies in the data folder: a backup belongs on another disk"
        case .notEmpty(let path):
            """
            \(path) holds a host's data already, and a restore overwrites nothing: move it away first, or restore single \
            accounts ('malaposta restore ACCOUNT --from ...')
            """
        case .running(let what): "\(what) is running here; stop it before a whole host is restored"
        case .noAccount(let name):
            "no account in force has the address \(name); put it back into the files with its id, apply, and restore then"
        case .notInBackup(let name, let backup): "the backup \(backup) has no mail of \(name)"
        case .disk(let sentence): sentence
        }
    }
}
