package import Directory

/// Where the control plane's files lie.
package struct HostFolders: Sendable {
    /// The data folder of the whole host.
    package let data: String
    /// The folder of the programs' sockets.
    package let run: String
    /// What people write; only read.
    package let configuration: String
    /// What the directories (LDAP) said last.
    package private(set) var snapshots: String

    package init(data: String, run: String, configuration: String) {
        self.data = data
        self.run = run
        self.configuration = configuration
        snapshots = "\(data)/control/directories.db"
    }

    /// The same with what a preview reads in place of what directories said last. There is one at a time; what one that was stopped
    /// has left is overwritten by the next.
    var previewing: HostFolders {
        var folders = self
        folders.snapshots = "\(control)/preview.db"
        return folders
    }

    package var generations: GenerationFolder { GenerationFolder("\(data)/generations") }
    /// Hashes and files with hashes lie here: 0700, the control plane's alone.
    package var control: String { "\(data)/control" }
    package var database: String { "\(control)/control.db" }
    /// Private keys that sign mail; the mail worker reads them.
    package var keys: String { "\(data)/keys" }
    var lock: String { "\(control)/lock" }
    var previewLock: String { "\(control)/preview.lock" }
    package var authenticationSocket: String { "\(run)/auth.sock" }
    /// The mail worker's socket for those who run the host.
    package var mailSocket: String { "\(run)/mail-admin.sock" }
    /// Where the control plane says how it is.
    package var healthSocket: String { controlSocket }
    package var controlSocket: String { "\(run)/control.sock" }
}
