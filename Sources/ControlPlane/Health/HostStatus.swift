internal import Directory
internal import Mail
internal import MailConfiguration
package import Systemd

/// What `malaposta status` says.
package struct HostStatus: Codable, Sendable, Hashable {
    package var schema = 1
    package var control: ControlPlaneStatus
    package var workers: [ProgramStatus]
    package var listeners: [ListenerStatus]
    package var domains: DomainCounts
    package var certificates: [CertificateStatus]
    package var queue: QueueStatus?
    package var disk: DiskStatus?
    /// Nil where no flush has failed.
    package var failedFlush: FlushStatus?
    /// The services and sockets, as systemd says; nil where it does not run this host.
    package var units: [UnitState]?
    /// Everything that is amiss, the gravest first.
    package var problems: [HealthProblem]

    /// How many domains are hosted.
    package struct DomainCounts: Codable, Sendable, Hashable {
        package var hosted: Int
        /// Of those, how many stand for another one.
        package var aliases: Int
        /// Those that take no mail, as nobody has proven yet that they are their tenants'.
        package var unproven: [String]
    }

    /// What waits in the spool; the mail worker knows.
    package struct QueueStatus: Codable, Sendable, Hashable {
        package var messages: Int
        package var octets: Int
        package var held: Int
        package var crashed: Int
        /// Seconds that the oldest has waited.
        package var oldest: Int

        init?(_ worker: ProgramStatus?) {
            guard let figures = worker?.figures, let messages = figures["spool.messages"] else { return nil }
            self.messages = messages
            octets = figures["spool.octets"] ?? 0
            held = figures["spool.held"] ?? 0
            crashed = figures["spool.crashed"] ?? 0
            oldest = figures["spool.oldest"] ?? 0
        }
    }

    /// Whether a brake is all that needs the operator.
    package var isHeldByBrakeAlone: Bool {
        !isFine && problems.allSatisfy { $0.severity == .warning || $0.code == HealthProblem.brake }
    }

    /// Whether nothing needs the operator.
    package var isFine: Bool { !problems.contains { $0.severity == .problem } }
}

/// What of a host's state is read from its files; blocks, so the control plane's lane reads it.
struct HostFacts: Sendable {
    var control: ControlPlaneStatus
    var listeners: [ListenerStatus]
    var domains: HostStatus.DomainCounts
    var certificates: [CertificateStatus]
    var disk: DiskStatus?
    var failedFlush: FlushStatus?
    /// What stays free on the disk.
    var keptFree: Int
}

extension HostControl {
    func facts() throws -> HostFacts {
        let outline = try folders.generations.currentNumber.map {
            try GenerationReader(folders.generations, number: $0).outline()
        }
        let domains = (outline?.tenants ?? []).flatMap(\.domains)
        return HostFacts(
            control: try status(), listeners: outline.map { ListenerStatus.all($0.host) } ?? [],
            domains: HostStatus.DomainCounts(
                hosted: domains.count, aliases: domains.count { $0.aliasOf != nil },
                unproven: domains.filter { !$0.isActive }.map(\.name.ascii).sorted()),
            certificates: outline.map { CertificateStatus.all($0.host, folders) } ?? [], disk: DiskStatus(folder: folders.data),
            failedFlush: FlushStatus(accounts: "\(folders.data)/accounts"), keptFree: outline?.host.spool.freeDisk.octets ?? 0)
    }
}

extension ControlClient {
    /// How the host is: its programs, what is in force, what is wrong and what cures it.
    package func hostStatus() async throws -> HostStatus {
        async let programs = ProgramStatus.all(folders)
        async let units = HostUnit.states(of: folders)
        let facts = try await host.facts()
        let workers = await programs
        var status = HostStatus(
            control: facts.control, workers: workers, listeners: facts.listeners, domains: facts.domains,
            certificates: facts.certificates, queue: HostStatus.QueueStatus(workers.first { $0.name == "malaposta-mail" }),
            disk: facts.disk, failedFlush: facts.failedFlush, units: await units, problems: [])
        status.problems = HealthExamination(status, keptFree: facts.keptFree, now: SystemTime.seconds).problems
        return status
    }
}
