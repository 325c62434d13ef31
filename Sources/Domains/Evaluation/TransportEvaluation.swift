internal import DNS
internal import MailAuthentication
internal import MailConfiguration

/// What senders learn of TLS to this host: MTA-STS (RFC 8461), TLS-RPT (RFC 8460) and TLSA (RFC 7672).
extension DomainEvaluation {
    func transportFindings() async -> [Finding] { await mtaSTSFindings() + reportFindings() + daneFindings() }

    // MARK: MTA-STS

    private func mtaSTS(
        _ severity: Finding.Severity, _ code: String, _ now: String, _ consequence: String = "", wanted: String? = nil
    ) -> Finding {
        Finding(
            .mtaSTS, severity, code, at: name.child("_mta-sts") ?? name, now: now, wanted: wanted ?? site.wantedMTASTS,
            consequence: consequence)
    }

    private func mtaSTSFindings() async -> [Finding] {
        guard let place = name.child("_mta-sts") else { return [] }
        let answer = await resolver.ask(place, .txt)
        guard !answer.isTemporary else {
            return [
                mtaSTS(
                    .note, "mta-sts-unreadable", "cannot be looked up: \(answer.words)", "senders go on with what they remember")
            ]
        }
        // RFC 8461 §3.1: records that do not begin with the version are passed over; several mean none.
        let records = answer.texts.filter { $0.hasPrefix("v=STSv1;") || $0 == "v=STSv1" }
        guard site.domain.mtaSTS.mode != .none else {
            return records.isEmpty
                ? [mtaSTS(.fine, "mta-sts-off", "not wanted, not published", wanted: "")]
                : [
                    mtaSTS(
                        .warning, "mta-sts-left-over", "\"\(records[0])\", though the domain's file wants none",
                        "senders that find an old policy may refuse to send here", wanted: "no record")
                ]
        }
        let ignored = "senders do not insist on TLS"
        guard let record = records.first else {
            return [
                mtaSTS(
                    .warning, "mta-sts-missing", answer.texts.first.map { "\"\($0)\" is no such record" } ?? "no record", ignored)
            ]
        }
        guard records.count == 1 else {
            return [mtaSTS(.warning, "mta-sts-several", "\(records.count) records", ignored, wanted: "one record")]
        }
        guard let id = TagList(record)?["id"], (1...32).contains(id.utf8.count),
            id.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
        else { return [mtaSTS(.warning, "mta-sts-broken", "\"\(record)\" has no id of letters and digits", ignored)] }
        var findings = await policyFindings()
        if TagList(site.wantedMTASTS)?["id"] != id {
            findings.append(
                mtaSTS(
                    .note, "mta-sts-old-id", "id=\(id)",
                    "senders that remember the policy of that id do not look for the present one"))
        }
        return findings.isEmpty ? [mtaSTS(.fine, "mta-sts", record, wanted: "")] : findings
    }

    /// The policy itself, fetched as senders do: over HTTPS with a good certificate, without redirects (RFC 8461 §3.3).
    private func policyFindings() async -> [Finding] {
        let place = "https://mta-sts.\(name)/.well-known/mta-sts.txt"
        func missing(_ now: String) -> Finding {
            mtaSTS(
                .warning, "mta-sts-policy-missing", "\(place): \(now)", "senders do not insist on TLS", wanted: site.mtaSTSPolicy)
        }
        switch await webSite.fetch(place, follows: false) {
        case .failure(let why): return [missing(why)]
        case .status(let code): return [missing("the web site answers \(code)")]
        case .page(let octets): return await policyFinding(octets).map { [$0] } ?? []
        }
    }

    /// What a policy that is served does to mail; nil where it is as wanted.
    package func policyFinding(_ octets: [UInt8]) async -> Finding? {
        func finding(_ severity: Finding.Severity, _ code: String, _ now: String, _ consequence: String) -> Finding {
            mtaSTS(severity, code, now, consequence, wanted: site.mtaSTSPolicy)
        }
        let policy: MTASTSPolicy
        do throws(MTASTSPolicyError) { policy = try MTASTSPolicy(octets) } catch {
            return finding(.warning, "mta-sts-policy-broken", "\(error)", "senders do not insist on TLS")
        }
        let answer = await resolver.ask(name, .mx)
        // Without MX records the domain itself is its exchanger (RFC 5321 §5.1).
        let hosts = answer.exchanges.isEmpty ? [name] : answer.exchanges.map(\.host)
        let unnamed = hosts.filter { !policy.names($0) }
        if policy.mode == .enforce, !answer.isTemporary, !unnamed.isEmpty {
            let list = unnamed.map(\.text).joined(separator: ", ")
            return unnamed.count == hosts.count
                ? finding(
                    .error, "mta-sts-policy-refuses", "mode: enforce, and no line mx: for \(list)",
                    "senders that heed the policy refuse to deliver")
                : finding(
                    .warning, "mta-sts-policy-refuses", "mode: enforce, and no line mx: for \(list)",
                    "senders that heed the policy pass over that host")
        }
        guard let wanted = try? MTASTSPolicy(Array(site.mtaSTSPolicy.utf8)), policy != wanted else { return nil }
        return finding(
            .note, "mta-sts-policy-other", "another policy: \(policy)",
            policy.mode == .enforce || policy.mode == wanted.mode
                ? "senders go by that one" : "senders go by that one, and do not insist on TLS")
    }

    // MARK: TLS-RPT

    private func reportFindings() async -> [Finding] {
        guard let place = name.child("_smtp._tls") else { return [] }
        func finding(_ severity: Finding.Severity, _ code: String, _ now: String) -> Finding {
            Finding(
                .tlsReports, severity, code, at: place, now: now, wanted: severity == .fine ? "" : site.wantedTLSReports,
                consequence: severity == .fine ? "" : "nobody hears when senders cannot make TLS to this host work")
        }
        let answer = await resolver.ask(place, .txt)
        guard !answer.isTemporary else { return [finding(.note, "tls-rpt-unreadable", "cannot be looked up: \(answer.words)")] }
        let records = answer.texts.filter { $0.hasPrefix("v=TLSRPTv1;") }
        guard let record = records.first else {
            return [finding(.note, "tls-rpt-missing", answer.texts.first.map { "\"\($0)\" is no such record" } ?? "no record")]
        }
        guard records.count == 1 else {
            return [finding(.note, "tls-rpt-several", "\(records.count) records; senders use none of them")]
        }
        guard let targets = TagList(record)?["rua"], targets.hasPrefix("mailto:") || targets.hasPrefix("https:") else {
            return [finding(.note, "tls-rpt-broken", "\"\(record)\" names no mailto: or https: target")]
        }
        return [finding(.fine, "tls-rpt", record)]
    }
}
