internal import Directory
internal import FoundationEssentials
internal import Glibc
package import MailConfiguration
package import Systemd

/// Writes drop-ins and brings the sockets to where they say; what `malaposta sockets` does, as root.
package struct SocketAddresses: Sendable {
    /// How long a socket may take: its worker stops first, so that it is longer than the worker's own deadline for sessions.
    static let socketTime: Duration = .seconds(60)

    /// What came of it.
    package struct Outcome: Sendable, Equatable {
        /// Socket units that listen elsewhere than before.
        package var changed: [String] = []
        /// Sentences for the log and for `apply`, each with its cure.
        package var problems: [String] = []
    }

    private let folder: String
    private let systemd: any UnitOrders

    /// - Parameter folder: where units' drop-ins lie.
    package init(folder: String = "/etc/systemd/system", systemd: any UnitOrders = UnitManager()) {
        self.folder = folder
        self.systemd = systemd
    }

    /// Does nothing where all is as it should be. Stopped anywhere it goes on, when run again, where it was: a unit stays marked until
    /// its socket was opened anew.
    ///
    /// - Throws: where a drop-in cannot be written or systemd cannot be asked, or is not done in time.
    package func bring(to listeners: [ListenerConfiguration]) async throws -> Outcome {
        let pending = try write(SocketDropIn.all(listeners))
        if !pending.isEmpty { try await systemd.reload() }
        // Those of packages that are not installed are not there.
        let states = try await systemd.states(of: ListenerService.allCases.map(HostUnit.socket))
        // Where all are stopped, somebody has stopped the host: it finds its addresses when it is started.
        let isStopped = states.allSatisfy { $0.active == "inactive" }
        // Also those that failed earlier, as the port may be free by now.
        let stale = isStopped ? [] : states.filter { pending.contains($0.unit) || $0.isFailed }.map(\.unit)
        let failed = try await restart(stale)
        try unmark(pending)
        return Outcome(changed: pending, problems: failed.map { SocketProblem($0, listeners).sentence })
    }

    /// Writes those that differ, each after its mark.
    ///
    /// - Returns: the units that are marked now.
    func write(_ dropIns: [SocketDropIn]) throws -> [String] {
        try dropIns.filter { dropIn in
            let place = place(of: dropIn.unit)
            let path = "\(place)/\(SocketDropIn.fileName)"
            if let old = try? Data(contentsOf: URL(filePath: path)), old == Data(dropIn.text.utf8) {
                return FileManager.default.fileExists(atPath: "\(place)/\(SocketDropIn.markName)")
            }
            try Disk.makeFolder(place, mode: 0o755)
            try Data().write(to: URL(filePath: "\(place)/\(SocketDropIn.markName)"))
            try Data(dropIn.text.utf8).write(to: URL(filePath: path + ".new"))
            try Disk.setMode(path + ".new", 0o644)
            guard unsafe rename(path + ".new", path) == 0 else { throw DiskError("rename", path, errno) }
            return true
        }.map(\.unit)
    }

    private func unmark(_ units: [String]) throws {
        for unit in units {
            let path = "\(place(of: unit))/\(SocketDropIn.markName)"
            guard unsafe unlink(path) == 0 || errno == ENOENT else { throw DiskError("unlink", path, errno) }
        }
    }

    private func place(of unit: String) -> String { "\(folder)/\(unit).d" }

    /// systemd opens no socket whose service runs: the services' PartOf= has it stop the worker before, and start it after, by itself.
    /// Connections to the worker's other sockets wait in the kernel meanwhile. The worker is not waited for: at the first start it
    /// waits for the control plane, which waits for us.
    ///
    /// - Returns: those that could not be opened.
    private func restart(_ sockets: [String]) async throws -> [String] {
        var jobs: [UnitManager.Job] = []
        for socket in sockets { jobs.append(try await systemd.restart(socket)) }
        for job in jobs { try await systemd.finish(job, within: Self.socketTime) }
        return try await systemd.states(of: sockets).filter(\.isFailed).map(\.unit)
    }
}
