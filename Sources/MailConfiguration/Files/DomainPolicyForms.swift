internal import Mail

/// The sections of a domain's file that become DNS records.
enum DomainPolicyForms {
    static let dkimEnabled = Field<Bool>.optional("enabled", .boolean, default: true, "Whether outgoing mail is signed.")
    static let algorithms = Field<[Located<DKIMAlgorithm>]>.optional(
        "algorithms", ValueForm<DKIMAlgorithm>.choice().distinctList(of: "algorithms", atLeast: 1),
        default: DKIMAlgorithm.allCases.map { Located($0, at: SourcePlace(.nowhere)) }, "A signature of each is added.")
    static let rotateEvery = Field<Duration>.optional(
        "rotate_every", .duration(.seconds(604_800)...(.seconds(94_608_000))), default: .seconds(15_552_000),
        "How long a key is used.")
    static let dkim = ValueForm<DKIMConfiguration>.object("dkim", [dkimEnabled, algorithms, rotateEvery]) { object in
        let parts = (object.value(dkimEnabled), object.value(algorithms), object.value(rotateEvery))
        guard let enabled = parts.0, let algorithms = parts.1, let rotateEvery = parts.2 else { return nil }
        return DKIMConfiguration(isEnabled: enabled, algorithms: Set(algorithms.map(\.value)), rotateEvery: rotateEvery)
    }

    static let includes = Field<[Located<DomainName>]>.optional(
        "includes", ValueForm<DomainName>.domainName.distinctList(of: "domain names"), default: [],
        "Other senders for this domain, each an include: of the record.")
    static let otherHosts = Field<SPFOtherHosts>.optional(
        "other_hosts", .choice(), default: .softfail, "What receivers think of mail from any other host.")
    static let spf = ValueForm<SPFConfiguration>.object("spf", [includes, otherHosts]) { object in
        let parts = (object.value(includes), object.value(otherHosts))
        guard let includes = parts.0, let otherHosts = parts.1 else { return nil }
        return SPFConfiguration(includes: includes.map(\.value), otherHosts: otherHosts)
    }

    static let policy = Field<DMARCPolicy>.optional(
        "policy", .choice(), default: .none, "What receivers do with mail that fails.")
    static let subdomainPolicy = Field<DMARCPolicy>.optional(
        "subdomain_policy", .choice(), "The same for subdomains, where it differs.")
    static let percent = Field<Int>.optional("percent", .integer(0...100), default: 100, "The share of mail it holds for.")
    static let reportsTo = Field<[Located<Address>]>.optional(
        "reports_to", ValueForm<Address>.address.distinctList(of: "addresses"), default: [], "Who gets the daily reports.")
    static let dmarc = ValueForm<DMARCConfiguration>.object(
        "dmarc", [policy, subdomainPolicy, percent, reportsTo]
    ) { object in
        let parts = (object.value(policy), object.value(subdomainPolicy), object.value(percent), object.value(reportsTo))
        guard let policy = parts.0, let percent = parts.2, let reportsTo = parts.3 else { return nil }
        return DMARCConfiguration(
            policy: policy, subdomainPolicy: parts.1, percent: percent, reportsTo: reportsTo.map(\.value))
    }

    static let mode = Field<MTASTSMode>.optional("mode", .choice(), default: .none, "Whether senders must use TLS.")
    static let maximumAge = Field<Duration>.optional(
        "max_age", .duration(.seconds(86400)...(.seconds(31_557_600))), default: .seconds(604_800),
        "How long senders remember the policy.")
    static let mtaSTS = ValueForm<MTASTSConfiguration>.object("mta_sts", [mode, maximumAge]) { object in
        let parts = (object.value(mode), object.value(maximumAge))
        guard let mode = parts.0, let maximumAge = parts.1 else { return nil }
        return MTASTSConfiguration(mode: mode, maximumAge: maximumAge)
    }
}
