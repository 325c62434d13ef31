package import DNS
internal import Mail
internal import MailConfiguration

/// What a domain's published records do to its mail. Records are evaluated as receivers and senders do it; no texts are compared
/// where a meaning can be.
package struct DomainEvaluation: Sendable {
    let site: DomainSite
    let resolver: any Resolver
    let servers: AuthoritativeServers
    let webSite: WebSite

    package init(_ site: DomainSite, _ resolver: any Resolver, _ servers: AuthoritativeServers, _ webSite: WebSite) {
        self.site = site
        self.resolver = resolver
        self.servers = servers
        self.webSite = webSite
    }

    var name: DNSName { site.name }

    /// All findings, subject after subject. Each subject has at least one, if only that it is as wanted.
    package func findings() async -> [Finding] {
        let zone = await zoneFindings()
        // Where the zone itself does not answer, each record would only say the same again.
        guard !zone.contains(where: { $0.severity == .error }) else { return await zone + hostFindings() }
        async let ownership = ownershipFindings()
        async let mx = mxFindings()
        async let spf = spfFindings()
        async let dkim = dkimFindings()
        async let dmarc = dmarcFindings()
        async let transport = transportFindings()
        async let clients = clientFindings()
        async let host = hostFindings()
        return await zone + ownership + mx + spf + dkim + dmarc + transport + clients + host
    }

    // MARK: Ownership

    private func ownershipFindings() async -> [Finding] {
        guard !site.host.allowsUnprovenDomains else {
            return [
                Finding(
                    .ownership, .fine, "ownership-not-asked", at: name,
                    now: "this host takes mail without proof (allow_unproven)")
            ]
        }
        let proof = site.domain.ownership.proof
        let sighting = await OwnershipSearch(resolver, webSite).look(for: site.token, proof)
        let place = proof == .dns ? site.token.recordName ?? name : name
        let wanted = proof == .dns ? site.token.recordValue : "http://\(name)\(OwnershipToken.path): \(site.token.text)"
        func finding(_ severity: Finding.Severity, _ code: String, _ now: String) -> Finding {
            let isProven = site.state != .declared
            return Finding(
                .ownership, isProven ? min(severity, .warning) : severity, code, at: place, now: now, wanted: wanted,
                consequence: isProven
                    ? "the domain was proven before and goes on; it could not be proven anew"
                    : "the domain is inactive: mail to it is put off (450) and none is sent in its name")
        }
        func lapsing(_ now: String) -> Finding {
            Finding(
                .ownership, .error, "ownership-lapsing", at: place, now: now, wanted: wanted,
                consequence: "neither the proof nor an MX names this host: when that has been so for "
                    + "\(ProofLapse.time / 86_400) days, the domain is inactive until it is proven anew")
        }
        switch sighting {
        case .seen: return [Finding(.ownership, .fine, "ownership", at: place, now: "proven")]
        case .missing: return [site.isLapsing ? lapsing("nothing") : finding(.error, "ownership-missing", "nothing")]
        case .other(let text):
            return [site.isLapsing ? lapsing("\"\(text)\"") : finding(.error, "ownership-other", "\"\(text)\"")]
        case .unreachable(let why): return [finding(.error, "ownership-unreachable", why)]
        }
    }
}

extension Answer {
    var exchanges: [MailExchange] {
        records.compactMap { record in
            if case .exchange(let exchange) = record { exchange } else { nil }
        }.sorted { ($0.preference, $0.host) < ($1.preference, $1.host) }
    }
}
