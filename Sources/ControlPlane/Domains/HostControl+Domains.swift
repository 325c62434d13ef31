internal import DNS
internal import Directory
package import Domains
internal import FoundationEssentials
internal import Mail
internal import MailConfiguration
internal import SQL
internal import TLS

/// What the control plane knows of hosted domains: the files as applied, joined with what was proven, made and seen.
extension HostControl {
    /// How long the domains of a tenant that is gone with its files are remembered, in seconds.
    private static var graceOfGoneTenants: Int64 { 30 * 86_400 }

    /// A hosted domain, and when it was last looked at.
    struct DomainStanding: Sendable {
        var site: DomainSite
        var looked: Int64?
        var findings: [Finding]
        var publishing: [String]
        /// Records that this host has published.
        var owned: [ZoneUpdate.Record]
        /// The key of dynamic updates, in Base64.
        var publishingSecret: String?

        /// A host that asks no proof and names no addresses is tried out: its domains are nobody's in DNS.
        var isOnTrial: Bool { site.host.allowsUnprovenDomains && site.addresses.isEmpty }
    }

    /// What the generation takes from here.
    func domainStandings(_ database: ControlDatabase) throws -> DomainStandings {
        let table = DomainTable(database.connection)
        var standings = DomainStandings()
        for row in try table.rows() where row.proven != nil {
            standings.proven.insert(DomainStandings.Holding(row.name, of: row.tenant))
        }
        for row in try table.rows() {
            let signers = try table.keys(of: row.name, row.tenant).filter { $0.state == .active }.map { key in
                DomainSigner(
                    selector: key.selector, algorithm: key.algorithm, keyFile: KeyFiles.name(row.name, key.selector))
            }
            if !signers.isEmpty { standings.signers[DomainStandings.Holding(row.name, of: row.tenant)] = signers }
        }
        return standings
    }

    /// Notes which domains the files name, in the transaction that makes them the applied ones.
    func followDomains(_ tree: ConfigurationTree, _ database: ControlDatabase, at time: Int64) throws {
        let named = tree.tenants.flatMap { tenant in tenant.domains.map { (name: $0.name, tenant: tenant.id) } }
        let grace = Dictionary(tree.tenants.map { ($0.id, $0.policies.gracePeriod) }) { first, _ in first }
        try DomainTable(database.connection).follow(named, at: time) { tenant in
            time + (grace[tenant]?.components.seconds ?? Self.graceOfGoneTenants)
        }
    }

    /// The part of the applied files that domains need, kept while the same files are applied.
    struct AppliedDomains {
        var applied: Int64
        var host: HostConfiguration
        var domains: [(domain: DomainConfiguration, tenant: TenantID)]
        /// Keys of dynamic updates in Base64, by their file.
        var secrets: [String: String]
    }

    private func applied() throws -> AppliedDomains? {
        let database = try database()
        guard let number = folders.generations.currentNumber, let applied = try database.applied(generation: number) else {
            return nil
        }
        if let appliedDomains, appliedDomains.applied == applied { return appliedDomains }
        let files = try database.files(applied: applied)
        guard let tree = ConfigurationReading(files).tree else { return nil }
        let domains = tree.tenants.flatMap { tenant in tenant.domains.map { (domain: $0, tenant: tenant.id) } }
        var secrets: [String: String] = [:]
        for case .dynamicUpdate(let update) in domains.map(\.domain.dns) {
            secrets[update.keyFile] = files.contents[update.keyFile].flatMap(TransactionKeyText.key)
        }
        let found = AppliedDomains(
            applied: applied, host: tree.host, domains: domains.sorted { $0.domain.name < $1.domain.name }, secrets: secrets)
        appliedDomains = found
        return found
    }

    /// The domains of the files as applied, in the order of their names; empty before the first apply.
    ///
    /// - Parameter name: that one alone.
    func domains(_ name: DomainName? = nil) throws -> [DomainStanding] {
        guard let applied = try applied() else { return [] }
        let table = DomainTable(try database().connection)
        let secret = try table.secret { SecureRandom.octets(32) }
        let chain = Self.chain(applied.host, folders)
        return try applied.domains.filter { name == nil || $0.domain.name == name }.map { domain, tenant in
            let row = try table.row(domain.name, tenant)
            let isActive = row?.proven != nil || applied.host.allowsUnprovenDomains
            let site = DomainSite(
                host: applied.host, domain: domain, tenant: tenant,
                token: OwnershipToken(secret: secret, domain: domain.name, tenant: tenant),
                state: isActive ? .active : .declared, keys: try table.keys(of: domain.name, tenant), chain: chain,
                isLapsing: row?.lost != nil)
            var publishingSecret: String?
            if case .dynamicUpdate(let update) = domain.dns { publishingSecret = applied.secrets[update.keyFile] }
            return DomainStanding(
                site: site, looked: row?.looked, findings: row?.findings ?? [], publishing: row?.publishing ?? [],
                owned: try table.records(of: domain.name, tenant), publishingSecret: publishingSecret)
        }
    }

    /// - Throws: `ControlError.noSuchDomain`, `.noGeneration`.
    func domain(_ text: String) throws -> DomainStanding {
        guard folders.generations.currentNumber != nil else { throw ControlError.noGeneration }
        guard let name = try? DomainName(text), let found = try domains(name).first else { throw ControlError.noSuchDomain(text) }
        return found
    }

    /// Every domain in one line, the retiring ones too; nothing is asked of DNS.
    package func domainSummaries() throws -> [DomainSummary] {
        let hosted = try domains().map { standing in
            DomainSummary(
                domain: standing.site.domain.name, tenant: standing.site.tenant, state: standing.site.state,
                findings: standing.findings, looked: standing.looked)
        }
        let retiring = try DomainTable(database().connection).rows().filter { $0.retired != nil }.map { row in
            DomainSummary(domain: row.name, tenant: row.tenant, state: .retiring, findings: row.findings, looked: row.looked)
        }
        return hosted + retiring
    }

    /// Makes a generation where the one in force does not say what was proven and which keys are in use: a change that stopped
    /// half-way.
    func refreshDomains() throws -> Outcome? {
        guard let number = folders.generations.currentNumber else { return nil }
        let content = try GenerationReader(folders.generations, number: number).outline()
        let standings = try domainStandings(database())
        let isRight = content.tenants.allSatisfy { tenant in
            tenant.domains.allSatisfy { domain in
                let holding = DomainStandings.Holding(domain.name, of: tenant.tenant.id)
                let isActive = standings.proven.contains(holding) || content.host.allowsUnprovenDomains
                let signs = isActive && domain.configuration?.dkim.isEnabled != false
                let signers = signs ? standings.signers[holding] ?? [] : []
                return domain.isActive == isActive && domain.signers == signers
            }
        }
        return isRight ? nil : try locked { _ in try recompile(reason: "domains") }
    }

    /// What senders are shown who ask for the host's name (RFC 7672 §8.1); nil for a certificate that is made for trials.
    private static func chain(_ host: HostConfiguration, _ folders: HostFolders) -> ServedChain? {
        guard !host.tls.certificates.isEmpty else { return nil }
        let files = host.certificatePairs(dataFolder: folders.data, configurationFolder: folders.configuration).map(\.certificate)
        let name = host.hostName.ascii
        // As the servers choose: by the name, and the first for what none stands for.
        let chosen = files.first { file in
            (try? CertificateFacts(file: file)).map { CertificateNames.cover($0.names, name) } ?? false
        }
        guard let text = (chosen ?? files.first).flatMap({ FileManager.default.contents(atPath: $0) }) else { return nil }
        return try? ServedChain([UInt8](text), for: name)
    }

    // MARK: Noting

    private func note<Result>(_ body: (DomainTable) throws -> Result) throws -> Result {
        let database = try database()
        return try database.connection.transaction { try body(DomainTable(database.connection)) }
    }

    /// Notes proofs, and makes a generation in which the domains are active.
    ///
    /// - Returns: nil where there is nothing new.
    func prove(_ sites: [DomainSite]) throws -> Outcome? {
        let fresh = sites.filter { $0.state == .declared }
        guard !fresh.isEmpty else { return nil }
        return try locked { _ -> Outcome? in
            let proven = try note { table in
                try fresh.filter { try table.prove($0.domain.name, $0.tenant, at: now()) }.map(\.domain.name.ascii)
            }
            return proven.isEmpty ? nil : try recompile(reason: "proven: \(proven.joined(separator: ", "))")
        }
    }

    /// Makes, moves and forgets keys; a key that begins or ceases to sign makes a generation.
    func change(_ keys: [KeyRotation.Change], of site: DomainSite) throws -> Outcome? {
        guard !keys.isEmpty else { return nil }
        return try locked { _ -> Outcome? in
            for change in keys { try make(change, site) }
            let affectsSigning = keys.contains { change in
                switch change {
                case .move(_, .active), .move(_, .retiring): true
                default: false
                }
            }
            guard affectsSigning else { return nil }
            return try recompile(reason: "keys of \(site.domain.name)")
        }
    }

    private func make(_ change: KeyRotation.Change, _ site: DomainSite) throws {
        let (name, files) = (site.domain.name, KeyFiles(folder: folders.keys))
        let time = now()
        let keys = try note { try $0.keys(of: name, site.tenant) }
        switch change {
        case .make(let algorithm):
            let day = CalendarDay.text(time).filter { $0 != "-" }
            let selector = KeyRotation.selector(algorithm, day: day, besides: Set(keys.map(\.selector)))
            let publicKey = try files.make(algorithm, name, selector)
            let key = DomainKey(
                selector: selector, algorithm: algorithm, state: .pending, publicKey: publicKey, made: time, changed: time)
            try note { try $0.keep(key, of: name, site.tenant) }
        case .move(let selector, let state):
            guard var key = keys.first(where: { $0.selector == selector }) else { return }
            key.state = state
            key.changed = time
            try note { try $0.keep(key, of: name, site.tenant) }
            if state == .retired { try files.remove(name, selector) }
        case .forget(let selector):
            try note { try $0.forgetKey(selector, of: name, site.tenant) }
            try files.remove(name, selector)
        }
    }

    func note(_ findings: [Finding], of site: DomainSite) throws -> [DomainChange] {
        try note { try $0.note(findings, of: site.domain.name, site.tenant, at: now()) }
    }

    /// Follows what a look says of a proven domain's proof.
    ///
    /// - Returns: the generation in which it is inactive, where its proof has lapsed.
    func followProof(_ findings: [Finding], of site: DomainSite) throws -> Outcome? {
        guard site.state == .active, !site.host.allowsUnprovenDomains else { return nil }
        let isLost = ProofLapse.isLost(findings)
        guard isLost || site.isLapsing else { return nil }
        return try locked { _ -> Outcome? in
            let hasLapsed = try note { try $0.note(isLost: isLost, of: site.domain.name, site.tenant, at: now()) }
            return hasLapsed ? try recompile(reason: "proof lapsed: \(site.domain.name.ascii)") : nil
        }
    }

    func note(_ change: PublishingChange?, problems: [String], of site: DomainSite) throws {
        try note { table in
            if let change { try table.note(change, of: site.domain.name, site.tenant) }
            try table.note(publishing: problems, of: site.domain.name, site.tenant)
        }
    }

    func events(of site: DomainSite, limit: Int) throws -> [DomainEvent] {
        try note { try $0.events(of: site.domain.name, site.tenant, limit: limit) }
    }

    /// Forgets domains that left the files when their grace period is over, with their keys.
    func forgetRetiredDomains() throws {
        let due = try note { try $0.rows() }.filter { $0.retired != nil && ($0.purgeAfter ?? 0) <= now() }
        guard !due.isEmpty else { return }
        try locked { _ in
            for row in due {
                for key in try note({ try $0.keys(of: row.name, row.tenant) }) {
                    try KeyFiles(folder: folders.keys).remove(row.name, key.selector)
                }
                try note { try $0.forget(row.name, row.tenant) }
            }
        }
    }
}
