internal import DNS
internal import Directory
internal import Mail
internal import MailConfiguration

/// What DNS says of this host: forwards, backwards, and as the mail server of its domains.
struct NameProbes {
    /// Domains whose MX is looked at; `dns check` looks closer at each.
    static let mostDomains = 50

    private let doctor: Doctor
    private let host: HostConfiguration

    init(_ doctor: Doctor) {
        self.doctor = doctor
        host = doctor.generation.host
    }

    private var ownName: DNSName { DNSName(host.hostName) }
    private var addresses: [IPAddress] { host.addresses.compactMap { IPAddress($0) } }

    // MARK: The name that is said in EHLO

    func hostName() async -> [DoctorFinding] {
        let probe = "name of this host, \(host.hostName)"
        let wanted =
            addresses.isEmpty
            ? "an A or AAAA record"
            : "A and AAAA records for \(addresses.map(\.description).joined(separator: ", "))"
        let consequence =
            "other servers refuse mail from a host whose EHLO name they cannot find (RFC 5321 §4.1.4)"
        let (found, failure) = await doctor.resolver.addresses(of: ownName)
        if let failure, found.isEmpty {
            return [
                DoctorFinding(
                    probe, .problem, now: failure.words, wanted: wanted,
                    consequence: "nobody can look this host up; " + consequence)
            ]
        }
        guard !found.isEmpty else {
            return [
                DoctorFinding(probe, .problem, now: "no address", wanted: wanted, consequence: consequence)
            ]
        }
        let list = found.map(\.description).joined(separator: ", ")
        guard !addresses.isEmpty else {
            return [
                DoctorFinding(
                    probe, .warning,
                    now: "leads to \(list); malaposta.yaml names no addresses to compare with",
                    wanted: "'addresses' in malaposta.yaml: those that the world reaches this host at",
                    consequence: "neither reverse names nor SPF can be looked at")
            ]
        }
        let missing = addresses.filter { !found.contains($0) }
        let foreign = found.filter { !addresses.contains($0) }
        if missing.isEmpty, foreign.isEmpty {
            return [.good(probe, "leads to \(list)", wanted: wanted)]
        }
        let isLost = missing.count == addresses.count
        return [
            DoctorFinding(
                probe, isLost ? .problem : .warning, now: "leads to \(list)", wanted: wanted,
                consequence: isLost
                    ? "mail for this host goes to another machine"
                    : "some mail goes to addresses that are not this host's, or never to some that are")
        ]
    }

    // MARK: Backwards

    func reverseNames() async -> [DoctorFinding] {
        guard !addresses.isEmpty else {
            return [
                DoctorFinding(
                    "reverse names", .skipped, now: "malaposta.yaml names no addresses",
                    wanted: "'addresses' in malaposta.yaml: those that the world reaches this host at")
            ]
        }
        return await withTaskGroup(of: (Int, DoctorFinding).self) { group in
            for (index, address) in addresses.enumerated() {
                group.addTask { (index, await reverseName(of: address)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// Forward-confirmed: the name leads back to the address.
    private func reverseName(of address: IPAddress) async -> DoctorFinding {
        let probe = "reverse name of \(address)"
        let wanted = "PTR \(host.hostName), which leads back to \(address)"
        let consequence =
            "large providers refuse mail from addresses without a reverse name that leads back"
        let answer = await doctor.resolver.ask(address.reverseName, .ptr)
        let names = answer.records.compactMap { record -> DNSName? in
            if case .name(let name) = record { name } else { nil }
        }
        guard let first = names.first else {
            return DoctorFinding(
                probe, .problem, now: answer.words, wanted: wanted, consequence: consequence)
        }
        let list = names.map(\.description).joined(separator: ", ")
        guard names.contains(ownName) else {
            let (back, _) = await doctor.resolver.addresses(of: first)
            let isConfirmed = back.contains(address)
            return DoctorFinding(
                probe, isConfirmed ? .warning : .problem,
                now: "PTR \(list)" + (isConfirmed ? "" : ", which does not lead back"),
                wanted: wanted,
                consequence: isConfirmed
                    ? "mail is taken, but its name differs from the one said in EHLO, which costs trust"
                    : consequence)
        }
        let (back, _) = await doctor.resolver.addresses(of: ownName)
        guard back.contains(address) else {
            return DoctorFinding(
                probe, .problem, now: "PTR \(list), which does not lead back to \(address)", wanted: wanted,
                consequence: consequence)
        }
        return .good(probe, "\(list), and back", wanted: wanted)
    }

    // MARK: As a mail server

    func exchanges() async -> [DoctorFinding] {
        var domains: [DomainName] = []
        do {
            for tenant in try await doctor.generation.tenants() {
                domains += try await doctor.generation.domains(of: tenant.id).map(\.name)
            }
        } catch {
            return [
                DoctorFinding(
                    "MX of the domains", .problem, now: "the generation cannot be read: \(error)",
                    wanted: "a readable generation",
                    consequence: "RCPT is answered 451")
            ]
        }
        let looked = domains.sorted().prefix(Self.mostDomains)
        var findings = await withTaskGroup(of: (Int, DoctorFinding).self) { group in
            for (index, domain) in looked.enumerated() {
                group.addTask { (index, await exchange(of: domain)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }.sorted { $0.0 < $1.0 }.map(\.1)
        if domains.count > looked.count {
            findings.append(
                DoctorFinding(
                    "MX of \(domains.count - looked.count) domains more", .skipped,
                    now: "the first \(looked.count) were looked at",
                    wanted: "'malaposta dns check DOMAIN' for each of the others"))
        }
        return findings
    }

    private func exchange(of domain: DomainName) async -> DoctorFinding {
        let probe = "MX of \(domain)"
        let wanted = "MX \(host.hostName)"
        let answer = await doctor.resolver.ask(DNSName(domain), .mx)
        let hosts = answer.records.compactMap { record -> MailExchange? in
            if case .exchange(let exchange) = record { exchange } else { nil }
        }.sorted { $0.preference < $1.preference }.map(\.host)
        guard !hosts.isEmpty else {
            let isUnknown = answer.isTemporary
            return DoctorFinding(
                probe, .problem, now: answer.words, wanted: wanted,
                consequence: isUnknown
                    ? "mail for \(domain) waits with its senders" : "mail for \(domain) does not come here")
        }
        let list = hosts.map(\.description).joined(separator: ", ")
        guard hosts.contains(ownName) else {
            return DoctorFinding(
                probe, .problem, now: "MX \(list)", wanted: wanted,
                consequence: "mail for \(domain) goes to another host")
        }
        guard hosts.count == 1 else {
            return DoctorFinding(
                probe, .warning, now: "MX \(list)", wanted: wanted,
                consequence:
                    "some mail for \(domain) goes to the other hosts; see 'malaposta dns check \(domain)'")
        }
        return .good(probe, list, wanted: wanted)
    }
}

extension Answer {
    /// Why there is nothing.
    var words: String {
        switch self {
        case .records: "records of another kind"
        case .noData: "no such record"
        case .noName: "no such name"
        case .bogus(let why): "bogus: DNSSEC signatures are wrong (\(why))"
        case .serverFailure(let code): "the name servers fail (\(ServerError.name(code)))"
        case .timeout: "no answer from any name server in time"
        }
    }
}
