internal import Directory
internal import FoundationEssentials
internal import Glibc
package import MailConfiguration
package import Systemd

/// Writes drop-ins and brings the sockets to where they say; what `malaposta sockets` does, as root.
package struct SocketAddresses: Sendable {
    /// How long a worker may take to stop or start: longer than its own deadline for sessions.
    static let workerTime: Duration = .seconds(60)

    /// What came of it.
    package struct Outcome: Sendable, Equatable {
        /// Socket units that listen elsewhere than before.
        package var changed: [String] = []
        /// Sentences for the log and for `apply`, each with its cure.
        package var problems: [String] = []
    }

    private let folder: String
    private let manager: UnitManager

    /// - Parameter folder: where units' drop-ins lie.
    package init(folder: String = "/etc/systemd/system", manager: UnitManager = UnitManager()) {
        self.folder = folder
        self.manager = manager
    }

    /// Does nothing where all is as it should be.
    ///
    /// - Throws: where a drop-in cannot be written or systemd cannot be asked; run again it goes on where it stopped.
    package func bring(to listeners: [ListenerConfiguration]) async throws -> Outcome {
        let changed = try write(SocketDropIn.all(listeners))
        if !changed.isEmpty { try await manager.reload() }
        var outcome = Outcome(changed: changed)
        // Those of packages that are not installed are not there.
        let states = try await manager.states(of: ListenerService.allCases.map(HostUnit.socket))
        // Where all are stopped, somebody has stopped the host: it finds its addresses when it is started.
        guard states.contains(where: { $0.active != "inactive" }) else { return outcome }
        // Also those that failed earlier, as the port may be free by now.
        let stale = Set(states.filter { changed.contains($0.unit) || $0.isFailed }.map(\.unit))
        for worker in [HostUnit.mail, HostUnit.web] {
            let mine = ListenerService.allCases.filter { HostUnit.worker(of: $0) == worker }.map(HostUnit.socket)
            let wanted = mine.filter(stale.contains)
            if !wanted.isEmpty { outcome.problems += try await restart(wanted, of: worker, listeners) }
        }
        return outcome
    }

    /// Writes those that differ.
    ///
    /// - Returns: the units whose drop-in is another now.
    func write(_ dropIns: [SocketDropIn]) throws -> [String] {
        try dropIns.filter { dropIn in
            let place = "\(folder)/\(dropIn.unit).d"
            let path = "\(place)/\(SocketDropIn.fileName)"
            if let old = try? Data(contentsOf: URL(filePath: path)), old == Data(dropIn.text.utf8) { return false }
            try Disk.makeFolder(place, mode: 0o755)
            try Data(dropIn.text.utf8).write(to: URL(filePath: path + ".new"))
            try Disk.setMode(path + ".new", 0o644)
            guard unsafe rename(path + ".new", path) == 0 else { throw DiskError("rename", path, errno) }
            return true
        }.map(\.unit)
    }

    /// systemd restarts no socket whose service runs. Connections to the worker's other sockets wait in the kernel meanwhile.
    private func restart(_ sockets: [String], of worker: String, _ listeners: [ListenerConfiguration]) async throws -> [String] {
        let runs = try await manager.states(of: [worker]).contains { $0.active != "inactive" && $0.active != "failed" }
        if runs { try await manager.finish(manager.stop(worker), within: Self.workerTime) }
        var problems: [String] = []
        for socket in sockets {
            try await manager.finish(manager.restart(socket), within: Self.workerTime)
            guard let state = try await manager.states(of: [socket]).first, state.isFailed else { continue }
            problems.append(SocketProblem(socket, listeners).sentence)
        }
        // Not waited for: at the first start the worker waits for the control plane, which waits for us.
        if runs { _ = try await manager.start(worker) }
        return problems
    }
}
