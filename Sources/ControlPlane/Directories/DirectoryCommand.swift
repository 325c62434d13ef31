internal import Directory
internal import LDAP
package import Mail
internal import MailConfiguration
package import Provisioning

/// What `malaposta ldap` does.
package struct DirectoryCommand: Sendable {
    /// How long a command waits for a reading.
    package static let deadline: Duration = .seconds(900)

    private let control: HostControl
    private let threads = WaitingThreads(threads: 1, waiting: 8)

    package init(_ control: HostControl) { self.control = control }

    // MARK: Test

    package struct Tested: Codable, Sendable {
        package var directory: String
        package var steps: [DirectoryProbe.Step]

        package var worked: Bool {
            // One server that answers is enough, but a search has to work there.
            let connects = steps.filter { $0.name.hasPrefix("connect ") }
            return connects.contains(where: \.worked) && steps.filter { !$0.name.hasPrefix("connect ") }.allSatisfy(\.worked)
        }
    }

    /// Tries the directories of the files as they stand.
    package func test(_ tenant: TenantID) async throws -> [Tested] {
        var tested: [Tested] = []
        for source in try await control.directories(of: tenant, candidates: true) {
            let steps = try await threads.run { DirectoryProbe(source).run() }
            tested.append(Tested(directory: source.configuration.id, steps: steps))
        }
        return tested
    }

    // MARK: Preview

    package struct Preview: Codable, Sendable {
        package var directories: [Difference]
        /// What the next sync does, in words of mail.
        package var plan: Plan
        package var findings: [Finding]

        package var isHeld: Bool { directories.contains { $0.held != nil } }
    }

    package struct Difference: Codable, Sendable {
        package var directory: String
        package var difference: SnapshotDifference
        package var held: HeldRemoval?
    }

    package struct Finding: Codable, Sendable {
        package var directory: String
        package var finding: DirectoryFinding
    }

    /// Reads the directories of the files as applied, and says what a sync would do: it is done to a copy of what they said last,
    /// which is taken away after it.
    ///
    /// - Throws: `ControlError.isPreviewed` where somebody else looks at one.
    package func preview(_ tenant: TenantID, now: Int64) async throws -> Preview {
        let sources = try await control.directories(of: tenant, candidates: false)
        let (original, folders) = (control.folders.snapshots, control.folders.previewing)
        let copy = folders.snapshots
        do {
            return try await ControlLock.hold(folders.previewLock) {
                defer { for suffix in ["", "-journal"] { try? Disk.remove(copy + suffix) } }
                try await threads.run {
                    for suffix in ["", "-journal"] { try Disk.remove(copy + suffix) }
                    try SnapshotDatabase.copy(original, to: copy)
                }
                return try await preview(tenant, sources, HostControl(folders, now: control.now), now: now)
            }
        } catch ControlError.busy { throw ControlError.isPreviewed }
    }

    private func preview(
        _ tenant: TenantID, _ sources: [DirectorySource], _ copy: HostControl, now: Int64
    ) async throws -> Preview {
        var differences: [Difference] = []
        var findings: [Finding] = []
        for source in sources {
            let sync = DirectorySync(source, path: copy.folders.snapshots)
            let (id, read) = (source.configuration.id, try await threads.run { try sync.preview(now: now) })
            differences.append(Difference(directory: id, difference: read.difference, held: read.held))
            findings += read.findings.map { Finding(directory: id, finding: $0) }
        }
        let (plan, joined) = try await copy.rejoinPlan(tenant)
        findings += (joined?.findings ?? []).map { Finding(directory: $0.directory, finding: $0.finding) }
        return Preview(directories: differences, plan: plan, findings: findings)
    }

    // MARK: Sync

    package struct Report: Codable, Sendable {
        package var outcomes: [SyncOutcome]
        /// Why directories could not be read, by their ids.
        package var failures: [String: String]
        /// The generation now in force; nil where nothing was to be done.
        package var change: HostControl.Outcome?

        package var isHeld: Bool { outcomes.contains { $0.held != nil } }
    }

    /// Reads the directories of a tenant now, and puts in force what they changed.
    package func sync(_ tenant: TenantID, allowsRemovals: Bool, rounds: DirectoryRounds) async throws -> Report {
        var report = Report(outcomes: [], failures: [:])
        for source in try await control.directories(of: tenant, candidates: false) {
            do {
                report.outcomes.append(try await rounds.read(source, allowsRemovals: allowsRemovals))
            } catch {
                report.failures[source.configuration.id] = "\(error)"
            }
        }
        report.change = try await rounds.settle()
        return report
    }
}
