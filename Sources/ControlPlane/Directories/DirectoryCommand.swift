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

    /// Reads the directories of the files as applied, and says what a sync would do; nothing is changed.
    package func preview(_ tenant: TenantID, snapshots path: String, now: Int64) async throws -> Preview {
        var differences: [Difference] = []
        var findings: [Finding] = []
        var objects: [SnapshotDatabase.Kept] = []
        for source in try await control.directories(of: tenant, candidates: false) {
            let id = source.configuration.id
            let (difference, held, ofReading, kept) = try await threads.run {
                let (writing, difference, held) = try DirectorySync(source, path: path).preview(now: now)
                return try (difference, held, writing.findings, writing.objects(at: now).filter { $0.directory == id })
            }
            differences.append(Difference(directory: id, difference: difference, held: held))
            findings += ofReading.map { Finding(directory: id, finding: $0) }
            objects += kept
        }
        objects.sort { ($0.firstSeen, $0.directory, $0.stableID) < ($1.firstSeen, $1.directory, $1.stableID) }
        let (plan, joined) = try await control.plan(with: objects, of: tenant)
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
