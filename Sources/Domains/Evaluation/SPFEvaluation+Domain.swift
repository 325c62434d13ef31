internal import DNS
internal import Mail
internal import MailAuthentication
internal import MailConfiguration

/// What receivers make of the SPF record (RFC 7208), for each of the host's addresses and for a stranger.
extension DomainEvaluation {
    /// An address that nobody sends from (RFC 1112 §4): every term of a record is looked at for it.
    private static let stranger = IPAddress("240.0.0.1")

    private func spf(
        _ severity: Finding.Severity, _ code: String, _ now: String, _ consequence: String, wanted: String? = nil
    ) -> Finding {
        Finding(.spf, severity, code, at: name, now: now, wanted: wanted ?? site.wantedSPF, consequence: consequence)
    }

    func spfFindings() async -> [Finding] {
        guard let stranger = Self.stranger else { return [] }
        let whole = await outcome(stranger)
        if let problem = whole.problem { return [problemFinding(problem, whole)] }
        guard whole.verdict != .none else {
            return [
                spf(
                    .error, "spf-missing", "no SPF record",
                    "receivers cannot tell this host from forgers: mail lands in spam or is refused")
            ]
        }
        var findings: [Finding] = []
        if whole.verdict == .pass {
            findings.append(
                spf(
                    .error, "spf-open", "the record allows every host: \(whole.reason)",
                    "anybody can send in the domain's name, and it passes"))
        }
        if whole.lookups > SPFEvaluation.Limits.lookups - 2 {
            findings.append(
                spf(
                    .note, "spf-near-limit", "\(whole.lookups) of \(SPFEvaluation.Limits.lookups) look-ups are used",
                    "when an included domain adds some more, the record fails as a whole", wanted: "fewer includes"))
        }
        guard !site.addresses.isEmpty else {
            return findings + [
                spf(
                    .note, "spf-unjudged", "the host's addresses are not known", "whether the record passes cannot be told",
                    wanted: "addresses in malaposta.yaml")
            ]
        }
        for address in site.addresses { if let fault = fault(await outcome(address), address) { findings.append(fault) } }
        findings += await missingIncludes()
        return findings.contains { $0.severity > .note }
            ? findings
            : findings + [
                spf(.fine, "spf", "passes for \(site.addresses.map(\.description).joined(separator: ", "))", "", wanted: "")
            ]
    }

    private func outcome(_ address: IPAddress) async -> SPFEvaluation.Outcome {
        await SPFEvaluation.outcome(
            of: SPFClient(address: address, domain: name, helloName: site.hostName.text, receiver: site.hostName.text),
            by: resolver)
    }

    private func problemFinding(_ problem: SPFProblem, _ outcome: SPFEvaluation.Outcome) -> Finding {
        let broken = "receivers take the record as broken: mail lands in spam or is refused"
        return switch problem {
        case .several: spf(.error, "spf-several", outcome.reason, broken, wanted: "one record")
        case .syntax: spf(.error, "spf-syntax", outcome.reason, broken)
        case .lookups:
            spf(.error, "spf-lookups", outcome.reason, broken, wanted: "at most 10 terms that need look-ups, includes counted")
        case .voidLookups: spf(.error, "spf-void-lookups", outcome.reason, broken, wanted: "at most 2 look-ups that find nothing")
        case .exchanges: spf(.error, "spf-exchanges", outcome.reason, broken, wanted: "at most 10 MX records behind an mx term")
        case .missingInclude: spf(.error, "spf-include", outcome.reason, broken)
        case .missingRedirect: spf(.error, "spf-redirect", outcome.reason, broken)
        case .unreachable: spf(.warning, "spf-unreadable", outcome.reason, "receivers put mail off, and some refuse it")
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

    /// Other senders that the domain's file names.
    private func missingIncludes() async -> [Finding] {
        guard !site.domain.spf.includes.isEmpty,
            let text = await resolver.ask(name, .txt).texts.first(where: SPFRecord.isRecord)
        else { return [] }
        let terms = Set(text.lowercased().split(separator: " ").map { $0.hasPrefix("+") ? $0.dropFirst() : $0 })
        return site.domain.spf.includes.filter { !terms.contains(Substring("include:\($0.ascii)")) }.map { missing in
            spf(
                .warning, "spf-lacks-include", "include:\(missing) is not in the record",
                "mail that \(missing) sends for the domain fails")
        }
    }
}
