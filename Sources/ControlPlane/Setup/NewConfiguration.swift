internal import Directory
internal import FoundationEssentials
internal import Glibc
internal import LocalSocket
package import MailConfiguration

/// Writes the first files of a host into a folder that holds nothing yet. Later files are people's: only a restore brings them back.
package struct NewConfiguration: Sendable {
    private let folder: String
    private let group: UInt32?

    /// - Parameter group: whose members read secrets: the control plane's. Nil leaves them to their owner.
    package init(folder: String, group: UInt32?) {
        self.folder = folder
        self.group = group
    }

    /// The control plane's group on a host that runs under systemd.
    package static var controlGroup: UInt32? { SystemUser(named: "malaposta")?.group }

    /// - Throws: `SetupRefusal` where something is there already.
    package func checkEmpty() throws {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        // What editors and version control keep is no configuration.
        guard let first = names.filter({ !$0.hasPrefix(".") }).sorted().first else { return }
        throw SetupRefusal("\(folder) is not empty (\(first) is there), and setup only writes into an empty one; edit the files")
    }

    /// Writes all of them, or says why not; files are checked before the first is written.
    ///
    /// - Throws: `SetupRefusal`, `ControlError.badFiles`, `DiskError`.
    package func write(_ files: ConfigurationFiles) throws {
        try checkEmpty()
        let reading = ConfigurationReading(files)
        guard !reading.hasErrors else { throw ControlError.badFiles(reading.diagnostics) }
        try makeFolder(folder)
        // malaposta.yaml last: without it nothing of this counts.
        for path in files.contents.keys.sorted(by: { ($0 == "malaposta.yaml" ? 1 : 0, $0) < ($1 == "malaposta.yaml" ? 1 : 0, $1) }
        ) {
            try write(files.contents[path] ?? [], to: path)
        }
    }

    private func write(_ octets: [UInt8], to path: String) throws {
        var place = folder
        for part in path.split(separator: "/").dropLast() {
            place += "/\(part)"
            try makeFolder(place)
        }
        // Password hashes are for the control plane alone.
        let isSecret = path.hasSuffix("/accounts.yaml")
        let whole = "\(folder)/\(path)"
        let descriptor = unsafe open(whole, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DiskError("make", whole, errno) }
        defer { close(descriptor) }
        if let group, fchown(descriptor, uid_t.max, group) != 0, geteuid() == 0 { throw DiskError("chown", whole, errno) }
        guard unsafe Glibc.write(descriptor, octets, octets.count) == octets.count,
            fchmod(descriptor, isSecret ? (group == nil ? 0o600 : 0o640) : 0o644) == 0, fsync(descriptor) == 0
        else { throw DiskError("write", whole, errno) }
    }

    private func makeFolder(_ path: String) throws {
        guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else { throw DiskError("make", path, errno) }
    }
}

/// Why setup does nothing.
package struct SetupRefusal: Error, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
