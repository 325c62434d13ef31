internal import DNS
internal import MailAuthentication
internal import MailConfiguration
internal import Wire

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
        func finding(_ code: String, _ now: String) -> Finding {
            mtaSTS(.warning, code, "\(place): \(now)", "senders do not insist on TLS", wanted: site.mtaSTSPolicy)
        }
        switch await webSite.fetch(place, follows: false) {
        case .failure(let why): return [finding("mta-sts-policy-missing", why)]
        case .status(let code): return [finding("mta-sts-policy-missing", "the web site answers \(code)")]
        case .page(let octets):
            return Self.lines(octets) == Self.lines(Array(site.mtaSTSPolicy.utf8))
                ? [] : [finding("mta-sts-policy-other", "another policy")]
        }
    }

    private static func lines(_ octets: [UInt8]) -> Set<String> {
        let lines = String(decoding: octets, as: UTF8.self).split(whereSeparator: \.isNewline)
        return Set(lines.map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }.filter { !$0.isEmpty })
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

    // MARK: TLSA

    /// RFC 7672 §2.2: only a validated answer counts, and where one counts, TLS that does not fit it is refused.
    private func daneFindings() async -> [Finding] {
        guard let place = site.tlsaName else { return [] }
        let wanted = site.fingerprint.map { "3 1 1 \(Hex.encode($0))" } ?? "3 1 1 and the digest of a lasting certificate's key"
        func finding(_ severity: Finding.Severity, _ code: String, _ now: String, _ consequence: String = "") -> Finding {
            Finding(.dane, severity, code, at: place, now: now, wanted: severity == .fine ? "" : wanted, consequence: consequence)
        }
        let answer = await resolver.ask(place, .tlsa)
        switch answer {
        case .bogus, .serverFailure, .timeout:
            // RFC 7672 §2.1.2: a failing look-up keeps such senders from sending at all.
            return [
                finding(.error, "tlsa-failing", "cannot be looked up: \(answer.words)", "senders that use DANE do not send here")
            ]
        case .noData(let proof), .noName(let proof):
            let now =
                proof == .secure ? "no record, in a signed zone" : "no record; the zone is not signed, so it would not count"
            return [finding(.note, "tlsa-missing", now, "senders that use DANE send without it")]
        case .records(let set):
            guard set.proof == .secure else {
                return [finding(.note, "tlsa-unsigned", "a record in a zone that is not signed", "senders pass over it")]
            }
            return [judged(set.records, finding)]
        }
    }

    private func judged(
        _ records: [RecordData], _ finding: (Finding.Severity, String, String, String) -> Finding
    ) -> Finding {
        let associations = records.compactMap { record -> TLSAssociation? in
            if case .tlsa(let association) = record { association } else { nil }
        }
        let usable = associations.filter { $0.usage == 2 || $0.usage == 3 }
        guard !usable.isEmpty else {
            return finding(.note, "tlsa-unusable", "only usages 0 and 1, which mail does not know", "senders send without DANE")
        }
        guard let fingerprint = site.fingerprint else {
            return finding(
                .warning, "tlsa-unjudged", "a record, and a certificate here that is made for trials",
                "senders that use DANE refuse to send where the two do not fit")
        }
        // Usage 2 and other forms name certificates that are not seen here.
        let isNamed = usable.contains { $0.usage == 3 && $0.selector == 1 && $0.matching == 1 && $0.data == fingerprint }
        if isNamed { return finding(.fine, "tlsa", "the host's key is named", "") }
        guard usable.allSatisfy({ $0.usage == 3 && $0.selector == 1 && $0.matching == 1 }) else {
            return finding(.note, "tlsa-other-form", "records of another form than 3 1 1", "whether they fit is not judged here")
        }
        return finding(.error, "tlsa-wrong", "another key is named", "senders that use DANE refuse to send here")
    }
}
