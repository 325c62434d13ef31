internal import DNS
internal import Mail
internal import MailAuthentication
internal import MailConfiguration

/// What receivers do with mail that only pretends to come from the domain (RFC 9989).
extension DomainEvaluation {
    private var place: DNSName { name.child("_dmarc") ?? name }

    private func dmarc(
        _ severity: Finding.Severity, _ code: String, _ now: String, _ consequence: String, wanted: String? = nil
    ) -> Finding {
        Finding(.dmarc, severity, code, at: place, now: now, wanted: wanted ?? site.wantedDMARC, consequence: consequence)
    }

    func dmarcFindings() async -> [Finding] {
        let discovery = DMARCDiscovery(resolver)
        let ignored = "receivers go on as if there were none: forged mail is not stopped"
        switch await discovery.entry(at: name) {
        case .failed(let answer):
            return [unreadable(DMARCLookupFailure(domain: name, answer: answer))]
        case .several(let texts): return [dmarc(.error, "dmarc-several", "\(texts.count) records", ignored, wanted: "one record")]
        case .broken(let text, let error): return [dmarc(.error, "dmarc-broken", "\"\(text)\": \(error)", ignored)]
        case .none: return [await inherited(discovery)]
        case .record(let record, let text): return await judged(record, text, discovery)
        }
    }

    private func unreadable(_ failure: DMARCLookupFailure) -> Finding {
        let whose = failure.domain == name ? "" : "that of \(failure.domain) "
        return dmarc(
            .warning, "dmarc-unreadable", "\(whose)cannot be looked up: \(failure.answer.words)", "receivers may put mail off")
    }

    private func inherited(_ discovery: DMARCDiscovery) async -> Finding {
        let found: DMARCDiscovery.Policy?
        do throws(DMARCLookupFailure) { found = try await discovery.policy(for: name) } catch { return unreadable(error) }
        guard let found else {
            return dmarc(.warning, "dmarc-missing", "no DMARC record", "large receivers want one; forged mail is not stopped")
        }
        let (record, holds) = (found.record, found.record.policyBelow)
        let isWeakened = record.applied(holds) != holds
        let now = "that of \(found.domain) holds: \(holds.rawValue)\(isWeakened ? ", which is only being tested (t=y)" : "")"
        guard record.applied(holds) == wantedPolicy else {
            return dmarc(
                .warning, "dmarc-inherited", now, "mail is treated as \(found.domain) says, not as the domain's file says")
        }
        return dmarc(.note, "dmarc-inherited", now, "")
    }

    private var wantsTest: Bool { site.domain.dmarc.percent < 100 }

    /// What receivers would be asked to apply by the wanted record.
    private var wantedPolicy: DMARCRecord.Policy? {
        DMARCRecord.Policy(rawValue: site.domain.dmarc.policy.rawValue).map { wantsTest ? $0.weaker : $0 }
    }

    private func judged(_ record: DMARCRecord, _ text: String, _ discovery: DMARCDiscovery) async -> [Finding] {
        var findings: [Finding] = []
        let wanted: DMARCRecord.Policy = DMARCRecord.Policy(rawValue: site.domain.dmarc.policy.rawValue) ?? .none
        if let error = record.policyError {
            findings.append(
                dmarc(
                    record.policy < wanted ? .warning : .note, "dmarc-wrong-policy", "\(error)",
                    "receivers take the whole record for p=none: forged mail is not stopped"))
        } else if record.policy < wanted {
            findings.append(
                dmarc(
                    .warning, "dmarc-weaker", "p=\(record.policy.rawValue)",
                    "forged mail gets further than the domain's file wants"))
        } else if record.policy > wanted {
            findings.append(
                dmarc(
                    .warning, "dmarc-stronger", "p=\(record.policy.rawValue)",
                    "mail that fails both SPF and DKIM is \(record.policy == .reject ? "refused" : "put into spam")"))
        }
        if record.isTesting != wantsTest, record.policy != .none {
            findings.append(
                dmarc(
                    .note, "dmarc-testing", record.isTesting ? "t=y: the policy is only being tested" : "the policy is in force",
                    record.isTesting ? "receivers apply the next weaker policy" : "receivers apply it to all mail"))
        }
        if !record.passedOver.isEmpty {
            findings.append(
                dmarc(
                    .note, "dmarc-passed-over", record.passedOver.joined(separator: "; "),
                    "receivers pass over these parts (RFC 9989 has no pct, rf and ri)"))
        }
        findings += await reportFindings(record, discovery)
        return findings.contains { $0.severity > .note } ? findings : findings + [dmarc(.fine, "dmarc", text, "", wanted: "")]
    }

    // MARK: Reports

    private func reportFindings(_ record: DMARCRecord, _ discovery: DMARCDiscovery) async -> [Finding] {
        let published = Set(record.reportAddresses.compactMap { try? Address($0).folded })
        var findings: [Finding] = site.domain.dmarc.reportsTo.map(\.folded).filter { !published.contains($0) }.map { missing in
            dmarc(.note, "dmarc-no-reports", "no reports go to \(missing)", "nobody there hears of forged or failing mail")
        }
        let own = try? await discovery.organizationalDomain(of: name)
        for domain in Set((record.reportAddresses + record.failureAddresses).compactMap { try? Address($0).domain }).sorted() {
            guard await !accepts(DNSName(domain), own, discovery) else { continue }
            findings.append(
                dmarc(
                    .warning, "dmarc-reports-unwanted", "\(domain) has not said that it takes reports about \(name)",
                    "reports are not sent there", wanted: "v=DMARC1 at \(name)._report._dmarc.\(domain)"))
        }
        return findings
    }

    /// RFC 9990 §4: a report's target outside the organization has to agree. What cannot be asked now is not held against it.
    private func accepts(_ target: DNSName, _ own: DNSName?, _ discovery: DMARCDiscovery) async -> Bool {
        guard let own, !target.isWithin(own) else { return true }
        guard let theirs = try? await discovery.organizationalDomain(of: target), theirs != own else { return true }
        guard let place = target.child("\(name)._report._dmarc") else { return false }
        let answer = await resolver.ask(place, .txt)
        return answer.isTemporary || answer.texts.contains(where: DMARCRecord.isRecord)
    }
}
