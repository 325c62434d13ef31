internal import DNS
internal import Directory
package import Domains
package import Logging
internal import Mail
internal import MailConfiguration

/// Looks at hosted domains and does what follows from it: for the rounds of a running control plane, and for commands.
package struct HostedDomains: Sendable {
    /// Domains looked at side by side.
    static let width = 8

    private let control: HostControl
    private let toolbox: DomainToolbox
    private let mail: DomainMail?
    private let logger: Logger
    /// Makes a change known to the running host.
    private let change: @Sendable (HostControl.Outcome) async -> HostControl.Outcome

    /// - Parameter mail: tells admins of changes for the worse; nil where nobody is told.
    package init(
        _ control: HostControl, _ toolbox: DomainToolbox, mail: DomainMail? = nil, logger: Logger,
        change: @escaping @Sendable (HostControl.Outcome) async -> HostControl.Outcome = { $0 }
    ) {
        self.control = control
        self.toolbox = toolbox
        self.mail = mail
        self.logger = logger
        self.change = change
    }

    // MARK: Commands

    /// How one domain stands.
    ///
    /// - Parameter looks: whether DNS is asked now; without it the report is of the last look.
    package func report(_ name: String, looks: Bool) async throws -> DomainReport {
        _ = try await keepKeys(control.domain(name), visible: [])
        if looks {
            let standing = try await control.domain(name)
            try await toolbox.withFreshTools(standing.site.host.dns) { try await look(standing, $0) }
        }
        return Self.report(try await control.domain(name))
    }

    /// Every domain as of its last look; nothing is asked.
    package func reports() async throws -> [DomainReport] { try await control.domains().map(Self.report) }

    package func history(_ name: String, limit: Int) async throws -> [DomainEvent] {
        try await control.events(of: control.domain(name).site, limit: limit)
    }

    /// - Parameter name: nil for all domains.
    package func keys(_ name: String?) async throws -> [KeyReport] {
        guard let name else { return try await control.domains().flatMap(Self.keys) }
        return Self.keys(try await control.domain(name))
    }

    /// Begins a rotation: new keys, which take over when every server shows them.
    package func rotate(_ name: String) async throws -> [KeyReport] {
        let standing = try await control.domain(name)
        guard standing.site.domain.dkim.isEnabled else { throw ControlError.noSigning(name) }
        let rotation = KeyRotation(standing.site.domain.dkim, now: control.now())
        if let outcome = try await control.change(rotation.rotation(of: standing.site.keys), of: standing.site) {
            _ = await change(outcome)
        }
        if let standing = try? await control.domain(name), let tools = try? await toolbox.tools(standing.site.host.dns) {
            try? await publish(standing, tools)
        }
        return Self.keys(try await control.domain(name))
    }

    private static func keys(_ standing: HostControl.DomainStanding) -> [KeyReport] {
        let domain = standing.site.domain
        return standing.site.keys.map { KeyReport($0, of: domain.name, rotateEvery: domain.dkim.rotateEvery) }
    }

    private static func report(_ standing: HostControl.DomainStanding) -> DomainReport {
        let site = standing.site
        var isPublished = false
        if case .dynamicUpdate = site.domain.dns { isPublished = true }
        return DomainReport(
            domain: site.domain.name, tenant: site.tenant, state: site.state, looked: standing.looked,
            findings: standing.findings,
            records: site.wantedRecords, keys: keys(standing), isPublished: isPublished, publishingProblems: standing.publishing)
    }

    // MARK: Rounds

    /// Before the first round: what a stop half-way has left.
    package func begin() async throws {
        if let outcome = try await control.refreshDomains() { _ = await change(outcome) }
    }

    /// One round over all domains: proofs, keys, publishing, and the hourly look.
    ///
    /// - Parameter watchPause: seconds between two looks at a domain.
    package func round(watchPause: Int64) async throws {
        try await control.forgetRetiredDomains()
        let standings = try await control.domains().filter { !$0.isOnTrial }
        await withTaskGroup(of: Void.self) { group in
            for (index, standing) in standings.enumerated() {
                if index >= Self.width { _ = await group.next() }
                group.addTask { await round(standing, watchPause) }
            }
        }
    }

    private func round(_ standing: HostControl.DomainStanding, _ watchPause: Int64) async {
        let name = standing.site.domain.name.ascii
        do {
            let tools = try await toolbox.tools(standing.site.host.dns)
            try await tend(standing, tools)
            let looked = standing.looked ?? .min
            if looked == .min || control.now() - looked >= watchPause { try await evaluate(control.domain(name), tools) }
        } catch ControlError.busy, ControlError.noSuchDomain {
            // Another command is under way, or the domain is gone: the next round sees.
        } catch {
            guard !Task.isCancelled else { return }
            logger.error("a domain cannot be looked after", metadata: ["domain": "\(name)", "cause": "\(error)"])
        }
    }

    /// All of a round for one domain, now.
    private func look(_ standing: HostControl.DomainStanding, _ tools: DomainTools) async throws {
        try await tend(standing, tools)
        try await evaluate(control.domain(standing.site.domain.name.ascii), tools)
    }

    private func tend(_ standing: HostControl.DomainStanding, _ tools: DomainTools) async throws {
        let name = standing.site.domain.name.ascii
        try await proveOwnership(standing, tools)
        let visible = await visibleKeys(standing, tools)
        _ = try await keepKeys(control.domain(name), visible: visible)
        try await publish(control.domain(name), tools)
    }

    private func proveOwnership(_ standing: HostControl.DomainStanding, _ tools: DomainTools) async throws {
        let site = standing.site
        guard site.state == .declared else { return }
        let sighting = await OwnershipSearch(tools.resolver, tools.webSite).look(for: site.token, site.domain.ownership.proof)
        guard sighting == .seen, let outcome = try await control.prove([site]) else { return }
        _ = await change(outcome)
        logger.notice(
            "a domain is proven and active",
            metadata: ["domain": "\(site.domain.name)", "tenant": "\(site.tenant)", "generation": "\(outcome.generation)"])
    }

    private func visibleKeys(_ standing: HostControl.DomainStanding, _ tools: DomainTools) async -> Set<String> {
        // What is signed for must be proven.
        guard standing.site.state == .active || standing.site.host.allowsUnprovenDomains else { return [] }
        return await KeySighting(tools.servers).visible(standing.site.keys, of: standing.site.domain.name)
    }

    private func keepKeys(_ standing: HostControl.DomainStanding, visible: Set<String>) async throws -> Bool {
        let changes = KeyRotation(standing.site.domain.dkim, now: control.now()).changes(of: standing.site.keys, visible: visible)
        guard !changes.isEmpty else { return false }
        if let outcome = try await control.change(changes, of: standing.site) { _ = await change(outcome) }
        for case .move(let selector, let state) in changes {
            logger.notice(
                "a key changes its state",
                metadata: ["domain": "\(standing.site.domain.name)", "selector": "\(selector)", "state": "\(state.rawValue)"])
        }
        return true
    }

    private func publish(_ standing: HostControl.DomainStanding, _ tools: DomainTools) async throws {
        guard case .dynamicUpdate(let update) = standing.site.domain.dns, let secret = standing.publishingSecret else { return }
        let wanted = standing.site.wantedRecords.filter { $0.place == .domain }
        let zone: DNSName
        if let named = update.zone {
            zone = DNSName(named)
        } else if let found = await tools.servers.zone(of: standing.site.name) {
            zone = found.zone
        } else {
            return try await control.note(nil, problems: ["the domain's zone cannot be found out"], of: standing.site)
        }
        do throws(ServerError) {
            try await publish(wanted, standing, Publisher(update, secret: secret, zone: zone))
        } catch {
            try await control.note(nil, problems: ["\(update.server): \(error)"], of: standing.site)
        }
    }

    private func publish(
        _ wanted: [WantedRecord], _ standing: HostControl.DomainStanding, _ publisher: Publisher
    ) async throws(ServerError) {
        let (site, change) = (standing.site, try await publisher.change(to: wanted, owned: standing.owned))
        if !change.isEmpty { try await note(PublishingChange(additions: change.additions), standing.publishing, site) }
        do throws(ServerError) { try await publisher.send(change) } catch {
            // Where the answer is lost they may be there; where it is a refusal they are not ours.
            if case .refused = error { try await note(PublishingChange(deletions: change.additions), standing.publishing, site) }
            throw error
        }
        let problems = change.conflicts.map { "\($0.record.name) \($0.record.type) is taken by \($0.found), which is not ours" }
        try await note(change, problems, site)
        guard !change.isEmpty else { return }
        logger.notice(
            "records published",
            metadata: [
                "domain": "\(site.domain.name)", "added": "\(change.additions.count)", "removed": "\(change.deletions.count)",
            ])
    }

    private func note(_ change: PublishingChange, _ problems: [String], _ site: DomainSite) async throws(ServerError) {
        do { try await control.note(change, problems: problems, of: site) } catch { throw .unreachable("\(error)") }
    }

    private func evaluate(_ standing: HostControl.DomainStanding, _ tools: DomainTools) async throws {
        let site = standing.site
        let findings = await DomainEvaluation(site, tools.resolver, tools.servers, tools.webSite).findings()
        guard !Task.isCancelled else { return }
        let changes = try await control.note(findings, of: site)
        if let outcome = try await control.followProof(findings, of: site) {
            _ = await change(outcome)
            logger.notice(
                "a domain is inactive: for long neither its proof nor its mail exchangers have named this host",
                metadata: ["domain": "\(site.domain.name)", "tenant": "\(site.tenant)", "generation": "\(outcome.generation)"])
        }
        let worse = changes.filter { $0.direction == .worse }.map(\.finding)
        guard !worse.isEmpty else { return }
        logger.notice(
            "a domain's records have changed for the worse",
            metadata: ["domain": "\(site.domain.name)", "findings": "\(worse.map(\.code).joined(separator: ", "))"])
        await mail?.tell(worse, of: site)
    }
}
