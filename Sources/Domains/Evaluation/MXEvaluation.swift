internal import DNS

/// The MX set, judged as a set: where does mail really go (RFC 5321 §5.1)?
extension DomainEvaluation {
    private static let elsewhere = "mail to the domain does not come here"

    private var wantedMX: String { "10 \(site.hostName.absolute)" }

    private func mx(
        _ severity: Finding.Severity, _ code: String, _ now: String, _ consequence: String, wanted: String? = nil
    ) -> Finding {
        Finding(.mx, severity, code, at: name, now: now, wanted: wanted ?? wantedMX, consequence: consequence)
    }

    func mxFindings() async -> [Finding] {
        let answer = await resolver.ask(name, .mx)
        guard !answer.isTemporary else {
            return [mx(.error, "mx-unreadable", "cannot be looked up", "senders wait, then give mail back")]
        }
        let exchanges = answer.exchanges
        guard !exchanges.isEmpty else { return [await withoutMX()] }
        guard !exchanges.contains(where: \.host.isRoot) else { return [nullMX(exchanges)] }
        var hosts: [Host] = []
        for exchange in exchanges { hosts.append(await host(exchange)) }
        let findings = hosts.compactMap(fault) + setFaults(hosts)
        return findings.isEmpty ? [mx(.fine, "mx", shown(exchanges), "", wanted: "")] : findings
    }

    private func shown(_ exchanges: [MailExchange]) -> String {
        exchanges.map { "\($0.preference) \($0.host)" }.joined(separator: ", ")
    }

    /// Without MX records mail goes to the domain's own address.
    private func withoutMX() async -> Finding {
        let (addresses, failure) = await resolver.addresses(of: name)
        guard !addresses.isEmpty || failure == nil else {
            return mx(
                .error, "mx-unreadable", "no MX record; the domain's own address cannot be looked up",
                "senders wait, then give mail back")
        }
        guard !addresses.isEmpty else {
            return mx(.error, "mx-missing", "no MX record, and no address", "mail to the domain is refused by its senders' hosts")
        }
        let list = addresses.map(\.description).joined(separator: ", ")
        guard addresses.allSatisfy(site.addresses.contains) else {
            return mx(.error, "mx-missing", "no MX record; mail goes to the domain's own address \(list)", Self.elsewhere)
        }
        return mx(
            .warning, "mx-implicit", "no MX record; mail comes here by the domain's own address",
            "it stops when that address changes")
    }

    /// RFC 7505
    private func nullMX(_ exchanges: [MailExchange]) -> Finding {
        exchanges.count == 1
            ? mx(
                .error, "mx-null", "a null MX: the domain says that it takes no mail",
                "mail to the domain is refused by its senders' hosts")
            : mx(
                .error, "mx-null-beside", "a null MX beside others: \(shown(exchanges))",
                "a null MX must stand alone; some senders refuse mail to the domain")
    }

    // MARK: One host

    private enum HostState {
        case ours(named: Bool)
        case foreign([IPAddress])
        /// It has our name and none of our addresses, or another name for some of ours beside these.
        case wrongAddress([IPAddress], isOurs: Bool)
        case alias(to: DNSName, isOurs: Bool)
        case address
        case lost
        case unreadable
    }

    private struct Host {
        var exchange: MailExchange
        var state: HostState

        /// Whether mail that goes there comes here.
        var isOurs: Bool {
            switch state {
            case .ours, .alias(_, true), .wrongAddress(_, true): true
            default: false
            }
        }
    }

    private func host(_ exchange: MailExchange) async -> Host {
        let host = exchange.host
        // An address where a name belongs: a frequent mistake in panels.
        guard IPAddress(host.text) == nil else { return Host(exchange: exchange, state: .address) }
        let four = await resolver.ask(host, .a)
        let six = await resolver.ask(host, .aaaa)
        let addresses = (four.records + six.records).compactMap { record -> IPAddress? in
            if case .address(let address) = record { address } else { nil }
        }
        let isOurs = host == site.hostName && site.addresses.isEmpty || addresses.contains(where: site.addresses.contains)
        for case .records(let set) in [four, six] {
            if let target = set.canonicalName { return Host(exchange: exchange, state: .alias(to: target, isOurs: isOurs)) }
        }
        guard !addresses.isEmpty else {
            return Host(exchange: exchange, state: four.isTemporary || six.isTemporary ? .unreadable : .lost)
        }
        let isNamed = host == site.hostName
        guard isOurs else {
            return Host(exchange: exchange, state: isNamed ? .wrongAddress(addresses, isOurs: false) : .foreign(addresses))
        }
        // The host's own name is judged with the host.
        let strange = isNamed ? [] : addresses.filter { !site.addresses.contains($0) }
        return Host(exchange: exchange, state: strange.isEmpty ? .ours(named: isNamed) : .wrongAddress(strange, isOurs: true))
    }

    private func fault(_ host: Host) -> Finding? {
        let shown = "\(host.exchange.preference) \(host.exchange.host)"
        switch host.state {
        case .ours(named: true), .foreign: return nil
        case .ours(named: false):
            return mx(
                .note, "mx-other-name", "\(shown) is another name of this host",
                "senders that check certificates (MTA-STS, DANE) want one for that name")
        case .wrongAddress(let addresses, let isOurs):
            let list = addresses.map(\.description).joined(separator: ", ")
            return mx(
                .error, "mx-wrong-address", "\(host.exchange.host) has the address \(list), which is not this host's",
                isOurs ? "a part of the mail goes there, and does not come here" : Self.elsewhere,
                wanted: "its address in DNS as in malaposta.yaml")
        case .alias(let target, _):
            return mx(
                .error, "mx-cname", "\(shown) is a CNAME for \(target)",
                "an MX must not name a CNAME (RFC 5321 §5.1): some senders refuse mail to the domain")
        case .address:
            return mx(
                .error, "mx-address", "\(shown) is an address where a host's name belongs",
                "senders find no such host; mail comes back")
        case .lost:
            return mx(.error, "mx-no-address", "\(shown) has no address in DNS", "senders cannot reach it")
        case .unreadable:
            return mx(.warning, "mx-host-unreadable", "\(shown): its address cannot be looked up", "senders wait")
        }
    }

    // MARK: The set

    private func setFaults(_ hosts: [Host]) -> [Finding] {
        let foreign = hosts.filter { if case .foreign = $0.state { true } else { false } }
        guard !foreign.isEmpty else { return [] }
        let list = foreign.map { "\($0.exchange.preference) \($0.exchange.host)" }.joined(separator: ", ")
        let ours = hosts.filter(\.isOurs).map(\.exchange.preference)
        guard let best = ours.min() else {
            return [mx(.error, "mx-elsewhere", list, "\(Self.elsewhere): it goes to \(foreign[0].exchange.host)")]
        }
        let comesFirst = foreign.contains { $0.exchange.preference <= best }
        return [
            mx(
                comesFirst ? .error : .warning, "mx-foreign", "beside this host: \(list)",
                comesFirst
                    ? "mail, or a part of it, goes there first"
                    : "mail goes there whenever this host does not answer, and stays there")
        ]
    }
}
