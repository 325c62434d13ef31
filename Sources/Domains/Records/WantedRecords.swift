internal import DNS
internal import Mail
internal import MailConfiguration
internal import TLS
internal import Wire

extension DomainSite {
    /// All records that the domain and its host want, in the order of their importance.
    package var wantedRecords: [WantedRecord] {
        ownershipRecords + mailRecords + keyRecords + [dmarcRecord].compactMap(\.self) + transportRecords + clientRecords
            + hostRecords
    }

    private func below(_ labels: String) -> DNSName? { name.child(labels) }

    private var ownershipRecords: [WantedRecord] {
        guard domain.ownership.proof == .dns, !host.allowsUnprovenDomains, let place = token.recordName else { return [] }
        return [WantedRecord(.ownership, .required, place, "TXT", token.recordValue)]
    }

    private var mailRecords: [WantedRecord] {
        [
            WantedRecord(.mx, .required, name, "MX", "10 \(hostName.absolute)"),
            WantedRecord(.spf, .required, name, "TXT", wantedSPF),
        ]
    }

    /// `mx` stands for the host's addresses: they can change without the record.
    package var wantedSPF: String {
        let end =
            switch domain.spf.otherHosts {
            case .neutral: "?all"
            case .softfail: "~all"
            case .fail: "-all"
            }
        return (["v=spf1", "mx"] + domain.spf.includes.map { "include:\($0)" } + [end]).joined(separator: " ")
    }

    /// Every key that is, or will be, or was lately used to sign.
    private var keyRecords: [WantedRecord] {
        guard domain.dkim.isEnabled else { return [] }
        return keys.filter(\.state.isPublished).sorted { $0.selector < $1.selector }.compactMap { key in
            below("\(key.selector)._domainkey").map { WantedRecord(.dkim, .required, $0, "TXT", key.recordValue) }
        }
    }

    private var dmarcRecord: WantedRecord? {
        below("_dmarc").map { WantedRecord(.dmarc, .recommended, $0, "TXT", wantedDMARC) }
    }

    /// RFC 9989 has no `pct`: a share below all becomes `t=y`, which asks for the next weaker policy (§4.7).
    package var wantedDMARC: String {
        let dmarc = domain.dmarc
        var tags = ["v=DMARC1", "p=\(dmarc.policy.rawValue)"]
        if let policy = dmarc.subdomainPolicy { tags.append("sp=\(policy.rawValue)") }
        if dmarc.percent < 100 { tags.append("t=y") }
        if !dmarc.reportsTo.isEmpty { tags.append("rua=" + dmarc.reportsTo.map { "mailto:\($0)" }.joined(separator: ",")) }
        return tags.joined(separator: "; ")
    }

    // MARK: Transport

    private var transportRecords: [WantedRecord] {
        var records: [WantedRecord] = []
        if domain.mtaSTS.mode != .none, let place = below("_mta-sts"), let site = below("mta-sts") {
            records.append(WantedRecord(.mtaSTS, .recommended, place, "TXT", wantedMTASTS))
            records.append(WantedRecord(.mtaSTS, .recommended, site, "CNAME", hostName.absolute))
        }
        if let place = below("_smtp._tls") {
            records.append(WantedRecord(.tlsReports, .optional, place, "TXT", wantedTLSReports))
        }
        return records
    }

    /// What is served at https://mta-sts.<domain>/.well-known/mta-sts.txt (RFC 8461 §3.2).
    package var mtaSTSPolicy: String { domain.mtaSTS.policy(host: host.hostName) }

    /// The id changes with the policy, and with nothing else (RFC 8461 §3.1).
    package var wantedMTASTS: String {
        let digest = SHA256.digest(of: Array(mtaSTSPolicy.utf8))
        return "v=STSv1; id=\(Hex.encode(digest.prefix(16)));"
    }

    /// RFC 8460 §3
    package var wantedTLSReports: String { "v=TLSRPTv1; rua=mailto:postmaster@\(name)" }

    // MARK: Clients

    /// RFC 6186 and RFC 8314 §5.1: what is not offered says so with a target of the root.
    private var clientRecords: [WantedRecord] {
        let services: [(String, ListenerService?)] = [
            ("_submissions._tcp", .submissions), ("_submission._tcp", .submission), ("_imaps._tcp", .imaps),
            ("_imap._tcp", .imap),
            ("_pop3s._tcp", nil), ("_pop3._tcp", nil),
        ]
        var records = services.compactMap { label, service -> WantedRecord? in
            guard let place = below(label) else { return nil }
            let port = service.flatMap(port)
            return WantedRecord(.clients, .optional, place, "SRV", port.map { "0 1 \($0) \(hostName.absolute)" } ?? "0 0 0 .")
        }
        guard let port = port(.https) else { return records }
        for label in ["autoconfig", "autodiscover"] {
            if let place = below(label) { records.append(WantedRecord(.clients, .optional, place, "CNAME", hostName.absolute)) }
        }
        if let place = below("_autodiscover._tcp") {
            records.append(WantedRecord(.clients, .optional, place, "SRV", "0 1 \(port) \(hostName.absolute)"))
        }
        return records
    }

    func port(_ service: ListenerService) -> UInt16? { host.listeners.first { $0.service == service }?.port }

    // MARK: Host

    private var hostRecords: [WantedRecord] {
        var records = addresses.flatMap { address in
            [
                WantedRecord(.host, .required, hostName, address.isIPv6 ? "AAAA" : "A", address.description, in: .host),
                WantedRecord(.host, .required, address.reverseName, "PTR", hostName.absolute, in: .reverse),
            ]
        }
        if let fingerprint = chain?.fingerprint, let place = tlsaName {
            records.append(WantedRecord(.dane, .optional, place, "TLSA", "3 1 1 \(Hex.encode(fingerprint))", in: .host))
        }
        return records
    }

    var tlsaName: DNSName? { hostName.child("_25._tcp") }
}
