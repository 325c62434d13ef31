internal import DNS
internal import MailAuthentication
internal import MailConfiguration

/// Whether verifiers find the keys that mail is signed with (RFC 6376 §6.1.2), compared as keys.
extension DomainEvaluation {
    func dkimFindings() async -> [Finding] {
        guard site.domain.dkim.isEnabled else {
            return [
                Finding(
                    .dkim, .note, "dkim-off", at: name, now: "signing is switched off in the domain's file",
                    consequence: "large receivers want signed mail")
            ]
        }
        guard !site.keys.isEmpty else {
            return [
                Finding(
                    .dkim, .note, "dkim-no-keys", at: name, now: "no key has been made yet", wanted: "a running control plane")
            ]
        }
        var findings: [Finding] = []
        for key in site.keys where key.state.isPublished { findings.append(await finding(key)) }
        return findings
    }

    private func finding(_ key: DomainKey) async -> Finding {
        let place = name.child("\(key.selector)._domainkey") ?? name
        let consequence =
            switch key.state {
            case .active: "signatures of outgoing mail fail: it lands in spam, or is refused by DMARC"
            case .pending: "the key is not used yet"
            case .retiring, .retired: "signatures of mail sent before fail when it is looked at anew"
            }
        func dkim(_ severity: Finding.Severity, _ code: String, _ now: String) -> Finding {
            let most: Finding.Severity =
                switch key.state {
                case .active: .error
                case .pending, .retired: .warning
                case .retiring: .note
                }
            return Finding(
                .dkim, min(severity, most), code, at: place, now: now, wanted: key.recordValue, consequence: consequence)
        }
        let answer = await resolver.ask(place, .txt)
        guard !answer.isTemporary else { return dkim(.warning, "dkim-unreadable", "cannot be looked up: \(answer.words)") }
        let texts = answer.texts
        guard let text = texts.first else { return dkim(.error, "dkim-missing", "no record") }
        guard texts.count == 1 else {
            return dkim(.error, "dkim-several", "\(texts.count) records; verifiers may take any of them")
        }
        let record: DKIMKeyRecord
        do throws(DKIMKeyError) { record = try DKIMKeyRecord(text) } catch { return dkim(.error, "dkim-broken", "\(error)") }
        guard !record.isRevoked else { return dkim(.error, "dkim-revoked", "the record says that the key is revoked (p=)") }
        guard record.holds(key) else { return dkim(.error, "dkim-other-key", "another key is published") }
        guard record.isForMail, record.allowsSHA256 else {
            return dkim(.error, "dkim-narrow", "the record's s= or h= does not allow mail signed with SHA-256")
        }
        guard !record.isTesting else {
            return Finding(
                .dkim, .note, "dkim-testing", at: place, now: "the record says that signing is being tested (t=y)",
                wanted: key.recordValue, consequence: "receivers may pass over signatures that fail")
        }
        return Finding(
            .dkim, .fine, "dkim", at: place, now: "the \(key.state.rawValue) \(key.algorithm.rawValue) key is published")
    }
}
