package import DNS
package import Directory
package import Mail
internal import MailConfiguration

/// Looks at everything outside this host's own files that mail depends on: names, the way out, clock, disk, certificates, and
/// whether a message really arrives. All looks are made side by side, each with a deadline.
package struct Doctor: Sendable {
    package struct Settings: Sendable {
        /// How long each look may take.
        package var deadline: Duration = .seconds(15)
        /// Another mail server, `name` or `name:port`, to see whether port 25 is open outwards; nil skips that.
        package var target: String?
        /// Who gets the test message; nil is the host's postmaster.
        package var recipient: Address?

        package init() {}
    }

    let folders: HostFolders
    let generation: Generation
    let resolver: any Resolver
    let settings: Settings

    package init(_ folders: HostFolders, _ generation: Generation, resolver: any Resolver, settings: Settings = Settings()) {
        self.folders = folders
        self.generation = generation
        self.resolver = resolver
        self.settings = settings
    }

    /// With the resolver that malaposta.yaml asks for.
    ///
    /// - Throws: `ResolverError` where there is no trust anchor.
    package init(_ folders: HostFolders, _ generation: Generation, settings: Settings = Settings()) throws {
        let resolver = try DomainTools(generation.host.dns).resolver
        self.init(folders, generation, resolver: resolver, settings: settings)
    }

    /// In a fixed order.
    package func report() async -> DoctorReport {
        let looks: [(String, @Sendable () async -> [DoctorFinding])] = [
            ("name of this host", { await NameProbes(self).hostName() }),
            ("reverse names", { await NameProbes(self).reverseNames() }),
            ("MX of the domains", { await NameProbes(self).exchanges() }),
            ("port 25 outwards", { [await OutboundProbe(self).finding()] }),
            ("clock", { [ClockProbe.finding()] }),
            ("disk", { await DiskProbe(self).findings() }),
            ("certificates", { await CertificateProbe(self).findings() }),
            ("test message", { [await MessageProbe(self).finding()] }),
        ]
        let deadline = settings.deadline
        let found = await withTaskGroup(of: (Int, [DoctorFinding]).self) { group in
            for (index, look) in looks.enumerated() {
                group.addTask { (index, await Self.within(deadline, look.0, look.1)) }
            }
            return await group.reduce(into: [Int: [DoctorFinding]]()) { $0[$1.0] = $1.1 }
        }
        return DoctorReport(looks.indices.flatMap { found[$0] ?? [] })
    }

    /// What a look finds, or that it found nothing in time.
    private static func within(
        _ deadline: Duration, _ name: String, _ look: @escaping @Sendable () async -> [DoctorFinding]
    ) async -> [DoctorFinding] {
        await withTaskGroup(of: [DoctorFinding]?.self) { group in
            group.addTask { await look() }
            group.addTask {
                try? await Task.sleep(for: deadline)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? [
                DoctorFinding(
                    name, .problem, now: "no answer within \(deadline.components.seconds) s",
                    wanted: "an answer",
                    consequence: "nothing is known of it; mail that depends on it waits as long")
            ]
        }
    }
}
