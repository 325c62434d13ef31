import Glibc
import LocalSocket

/// As whom a command works: root becomes the user that the files belong to, so that none is left behind that it could not read.
enum HostIdentity {
    /// Commands that need root's rights, or are started as who they are to be.
    private static let own: Set<String> = ["setup", "supervise", "control", "sockets", "backup", "restore", "help"]
    /// Commands on what belongs to the mail worker.
    private static let mail: Set<String> = ["queue", "store"]

    /// The folder within the data folder whose owner a command becomes; nil where it stays who it is.
    private static func folder(of command: String?) -> String? {
        guard let command, !own.contains(command) else { return nil }
        return mail.contains(command) ? "accounts" : "control"
    }

    /// Becomes that user where root gave the command and the folder is another user's. Called before the command does anything.
    ///
    /// - Parameter words: the command line behind the program's name.
    /// - Throws: where root may not become that user.
    static func take(for words: [String], data: String) throws {
        guard geteuid() == 0, let folder = folder(of: words.first { !$0.hasPrefix("-") }) else { return }
        var status = stat()
        guard unsafe stat("\(data)/\(folder)", &status) == 0, status.st_uid != 0 else { return }
        guard let user = SystemUser(id: status.st_uid) else {
            throw CommandRefusal("\(data)/\(folder) belongs to a user that this machine does not know")
        }
        guard unsafe initgroups(user.name, user.group) == 0, setgid(user.group) == 0, setuid(user.id) == 0 else {
            throw CommandRefusal("the user \(user.name) cannot be taken on: \(unsafe String(cString: strerror(errno)))")
        }
        umask(folder == "accounts" ? 0o007 : 0o027)
    }
}
