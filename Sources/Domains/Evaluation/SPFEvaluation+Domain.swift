internal import DNS
internal import Mail
internal import MailAuthentication
internal import MailConfiguration

/// What receivers make of the SPF record (RFC 7208): for each of the host's addresses, and for strangers.
extension DomainEvaluation {
    /// Addresses that nobody sends from (RFC 1112 §4, RFC 9637): every term of a record is looked at for them.
    private static let strangers = ["240.0.0.1", "3fff:fff::1"].compactMap { IPAddress($0) }

    private func spf(
        _ severity: Finding.Severity, _ code: String, _ now: String, _ consequence: String, wanted: String? = nil
    ) -> Finding {
        Finding(.spf, severity, code, at: name, now: now, wanted: wanted ?? site.wantedSPF, consequence: consequence)
    }

    func spfFindings() async -> [Finding] {
        var own: [(address: IPAddress, outcome: SPFEvaluation.Outcome)] = []
        for address in site.addresses { own.append((address, await outcome(address))) }
        var strange: [SPFEvaluation.Outcome] = []
        for stranger in Self.strangers { strange.append(await outcome(stranger)) }
        guard !(own.map(\.outcome) + strange).contains(where: { $0.verdict == .none }) else {
            return [
                spf(
                    .error, "spf-missing", "no SPF record",
                    "receivers cannot tell this host from forgers: mail lands in spam or is refused")
            ]
        }
        // The first match ends an evaluation (§4.6.2): what is behind that of the host's addresses does not touch its mail.
        var findings: [Finding] = []
        for (address, outcome) in own {
            guard let fault = fault(outcome, address), !findings.contains(fault) else { continue }
            findings.append(fault)
        }
        findings += strangerFindings(strange, besides: Set(findings.map(\.code)))
        guard !site.addresses.isEmpty else {
            return findings + [
                spf(
                    .note, "spf-unjudged", "the host's addresses are not known", "whether the record passes cannot be told",
                    wanted: "addresses in malaposta.yaml")
            ]
        }
        return findings.contains { $0.severity > .note }
            ? findings
            : findings + [
                spf(.fine, "spf", "passes for \(site.addresses.map(\.description).joined(separator: ", "))", "", wanted: "")
            ]
    }

    /// What the record does for mail that is not this host's.
    ///
    /// - Parameter told: codes that the host's own mail has already.
    private func strangerFindings(_ outcomes: [SPFEvaluation.Outcome], besides told: Set<String>) -> [Finding] {
        var findings: [Finding] = []
        // A name with addresses of one family alone is a void look-up for the other: common, and no fault.
        let isVoid = outcomes.allSatisfy { $0.problem == .voidLookups }
        for outcome in outcomes {
            guard let problem = outcome.problem, isVoid || problem != .voidLookups else { continue }
            let fault = problemFinding(problem, outcome, isOurs: site.addresses.isEmpty)
            if !told.contains(fault.code), !findings.contains(where: { $0.code == fault.code }) { findings.append(fault) }
        }
        let open = zip(Self.strangers, outcomes).filter { $0.1.verdict == .pass }
        if let (address, outcome) = open.first {
            let whom = open.count > 1 ? "every host" : "every host with an IPv\(address.isIPv6 ? 6 : 4) address"
            findings.append(
                spf(
                    .error, "spf-open", "the record allows \(whom): \(outcome.reason)",
                    "anybody can send in the domain's name, and it passes"))
        }
        let lookups = outcomes.filter { $0.problem == nil }.map(\.lookups).max() ?? 0
        if lookups > SPFEvaluation.Limits.lookups - 2 {
            findings.append(
                spf(
                    .note, "spf-near-limit", "\(lookups) of \(SPFEvaluation.Limits.lookups) look-ups are used",
                    "when an included domain adds some more, the record fails as a whole", wanted: "fewer includes"))
        }
        return findings + missingIncludes(outcomes)
    }

    /// Other senders that the domain's file names, and the record does not lead to.
    private func missingIncludes(_ outcomes: [SPFEvaluation.Outcome]) -> [Finding] {
        // Where every stranger passes or fails half-way, nothing is known of the terms behind.
        guard outcomes.contains(where: { $0.problem == nil && $0.verdict != .pass }) else { return [] }
        let reached = outcomes.reduce(into: Set<DNSName>()) { $0.formUnion($1.allowing) }
        return site.domain.spf.includes.filter { !reached.contains(DNSName($0)) }.map { missing in
            spf(
                .warning, "spf-lacks-include", "include:\(missing) is not in the record",
                "mail that \(missing) sends for the domain fails")
        }
    }

    private func outcome(_ address: IPAddress) async -> SPFEvaluation.Outcome {
        await SPFEvaluation.outcome(
            of: SPFClient(address: address, domain: name, helloName: site.hostName.text, receiver: site.hostName.text),
            by: resolver)
    }

    /// - Parameter isOurs: whether this host's mail meets it, or others' alone.
    private func problemFinding(_ problem: SPFProblem, _ outcome: SPFEvaluation.Outcome, isOurs: Bool = true) -> Finding {
        func fault(_ code: String, wanted: String? = nil) -> Finding {
            spf(
                isOurs ? .error : .warning, code, outcome.reason,
                isOurs
                    ? "receivers take the record as broken: mail lands in spam or is refused"
                    : "other senders' and forged mail meets a broken record; this host's does not", wanted: wanted)
        }
        return switch problem {
        case .several: fault("spf-several", wanted: "one record")
        case .syntax: fault("spf-syntax")
        case .lookups: fault("spf-lookups", wanted: "at most 10 terms that need look-ups, includes counted")
        case .voidLookups: fault("spf-void-lookups", wanted: "at most 2 look-ups that find nothing")
        case .exchanges: fault("spf-exchanges", wanted: "at most 10 MX records behind an mx term")
        case .missingInclude: fault("spf-include")
        case .missingRedirect: fault("spf-redirect")
        case .unreachable:
            spf(
                .warning, "spf-unreadable", outcome.reason,
                "receivers put \(isOurs ? "" : "other senders' ")mail off, and some refuse it")
        }
    }

    private func fault(_ outcome: SPFEvaluation.Outcome, _ address: IPAddress) -> Finding? {
        let now = "\(outcome.verdict.rawValue) for \(address): \(outcome.reason)"
        switch outcome.verdict {
        case .pass: return nil
        case .fail: return spf(.error, "spf-fail", now, "receivers refuse mail from this host")
        case .softfail: return spf(.error, "spf-softfail", now, "receivers take mail from this host for forged: it lands in spam")
        case .neutral, .none: return spf(.warning, "spf-neutral", now, "SPF says nothing for mail from this host")
        case .permerror, .temperror: return outcome.problem.map { problemFinding($0, outcome) }
        }
    }
}
