internal import DNS
internal import Mail
internal import MailAuthentication
internal import MailConfiguration
internal import TLS
internal import Wire

/// TLSA: whether senders that use DANE reach this host (RFC 7672).
extension DomainEvaluation {
    /// RFC 7672 §2.2: only a validated answer counts, and where one counts, TLS that does not fit it is refused.
    func daneFindings() async -> [Finding] {
        guard let place = site.tlsaName else { return [] }
        let answer = await resolver.ask(place, .tlsa)
        switch answer {
        case .bogus, .serverFailure, .timeout:
            // RFC 7672 §2.1.2: a failing look-up keeps such senders from sending at all.
            return [
                dane(.error, "tlsa-failing", "cannot be looked up: \(answer.words)", "senders that use DANE do not send here")
            ]
        case .noData(let proof), .noName(let proof):
            let now =
                proof == .secure ? "no record, in a signed zone" : "no record; the zone is not signed, so it would not count"
            return [dane(.note, "tlsa-missing", now, "senders that use DANE send without it")]
        case .records(let set):
            guard set.proof == .secure else {
                return [dane(.note, "tlsa-unsigned", "a record in a zone that is not signed", "senders pass over it")]
            }
            return [judged(set.records.compactMap(CertificateAssociation.init))]
        }
    }

    private func dane(_ severity: Finding.Severity, _ code: String, _ now: String, _ consequence: String = "") -> Finding {
        let wanted =
            site.chain.map { "3 1 1 \(Hex.encode($0.fingerprint))" } ?? "3 1 1 and the digest of a lasting certificate's key"
        return Finding(
            .dane, severity, code, at: site.tlsaName ?? site.hostName, now: now, wanted: severity == .fine ? "" : wanted,
            consequence: consequence)
    }

    /// One record that fits is enough (RFC 6698 §4.1).
    private func judged(_ records: [CertificateAssociation]) -> Finding {
        let usable = records.filter(\.isUsable)
        guard !usable.isEmpty else {
            return dane(
                .note, "tlsa-unusable", "no record of a form that mail knows (\(Self.forms(records)))",
                "senders use TLS, and do not check whom they reach")
        }
        guard let chain = site.chain else {
            return dane(
                .warning, "tlsa-unjudged", "a record, and a certificate here that is made for trials",
                "senders that use DANE refuse to send where the two do not fit")
        }
        let verdicts = usable.map { (record: $0, verdict: chain.verdict(on: $0)) }
        let fitting = verdicts.filter { $0.verdict == .own || $0.verdict == .authority }.map(\.record)
        guard let fit = fitting.first(where: { $0.isHeeded(beside: usable) }) else {
            let (code, now) = Self.fault(verdicts, isByWeakerDigest: !fitting.isEmpty, host: site.host.hostName.ascii)
            return dane(.error, code, now, "senders that use DANE refuse to send here")
        }
        let idle = usable.filter { !fitting.contains($0) }
        let more = idle.isEmpty ? "" : "; what \(Self.forms(idle)) names is not shown, as while keys change"
        return dane(.fine, "tlsa", "\(fit.subject) is named (\(fit.form))\(more)")
    }

    /// Why none fits: the record that comes nearest says it.
    private static func fault(
        _ verdicts: [(record: CertificateAssociation, verdict: ServedChain.Verdict)], isByWeakerDigest: Bool, host: String
    ) -> (code: String, now: String) {
        func forms(_ verdict: ServedChain.Verdict) -> String? {
            let found = verdicts.filter { $0.verdict == verdict }.map(\.record)
            return found.isEmpty ? nil : Self.forms(found)
        }
        if isByWeakerDigest {
            return (
                "tlsa-weaker-digest", "the SHA-256 names what is shown, the SHA-512 beside it does not, and that one counts"
            )
        }
        if let forms = forms(.otherName) {
            return ("tlsa-other-name", "an authority is named (\(forms)), and the certificate does not stand for \(host)")
        }
        if let forms = forms(.unlinked) {
            return ("tlsa-unlinked", "an authority is named (\(forms)) that is shown, and the certificate does not come from it")
        }
        if let forms = forms(.ownAsAuthority) {
            return ("tlsa-own-anchor", "the host's own certificate is named as an authority (\(forms)); usage 3 is for that")
        }
        guard verdicts.allSatisfy({ $0.record.usage == 2 }) else {
            return ("tlsa-wrong", "another key is named (\(Self.forms(verdicts.map(\.record))))")
        }
        return (
            "tlsa-anchor-missing",
            "an authority is named (\(Self.forms(verdicts.map(\.record)))) that the host does not show behind its certificate"
        )
    }

    private static func forms(_ records: [CertificateAssociation]) -> String {
        Set(records.map(\.form)).sorted().joined(separator: ", ")
    }
}

extension CertificateAssociation {
    fileprivate init?(_ record: RecordData) {
        guard case .tlsa(let tlsa) = record else { return nil }
        self.init(usage: tlsa.usage, selector: tlsa.selector, matching: tlsa.matching, data: tlsa.data)
    }

    /// `3 1 1`.
    fileprivate var form: String { "\(usage) \(selector) \(matching)" }

    fileprivate var subject: String {
        usage == 2 ? "an authority of the host's certificate" : selector == 0 ? "the host's certificate" : "the host's key"
    }

    /// RFC 7671 §9: of several digests of one usage and selector, senders use the strongest; the full form always counts.
    fileprivate func isHeeded(beside others: [CertificateAssociation]) -> Bool {
        matching != 1 || !others.contains { $0.usage == usage && $0.selector == selector && $0.matching == 2 }
    }
}
